// What may be a name: of a Vip, a Subnet, a pool, a rule or a router, and of a Logical_Switch_Port.

const SUBDOMAIN_LENGTH_MAX = 253;
const DNS_LABEL = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/;

/** A Vip's name is also an OVN port name and a Kubernetes object name (RFC 1123 subdomain). */
export const isVipName = (name: string): boolean =>
  name.length <= SUBDOMAIN_LENGTH_MAX && name.split('.').every((label) => DNS_LABEL.test(label));

/** A Subnet's name is part of a stream's name and an OVN switch's name. */
export const isSubnetName = isVipName;

const PORT_NAME_LENGTH_MAX = 255;

/** `virtual-parents` is split at commas and never trimmed (ovn-nb(5)): such a name could not be a parent's. */
export const isPortName = (name: string): boolean =>
  name.length > 0 && name.length <= PORT_NAME_LENGTH_MAX && /^[^\s,"\\\p{C}]+$/u.test(name);
