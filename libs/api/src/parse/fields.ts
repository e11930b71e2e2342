// The texts that requests are made of: names, addresses, holders, notes. What a field may hold is said in the
// .proto files; what may be had is the Subnet's to decide, not ours.
import {
  type Address,
  type AddressRange,
  type Cidr,
  type Family,
  type Holder,
  type Mac,
  PROTOCOLS,
  type Protocol,
  type Retention,
  VIP_TYPES,
  type VipType,
  holderParts,
  isSubnetName,
  parseAddress,
  parseCidr,
  parseHolder,
  parseMac,
  parseRange,
  parseRetention,
  toHolder,
} from '@holdfast/ipam';
import { type Check, type Checked, andThen, bad, each, optional, quoted, valid } from '../checked';
import { IpFamily } from '../contract';

const reader =
  <Value>(read: (text: string) => Value | undefined, expected: string): Check<Value> =>
  (field, text) => {
    const value = read(text);
    return value === undefined ? bad(field, `expected ${expected}, got ${quoted(text)}`) : valid(value);
  };

const matching = (isOne: (text: string) => boolean, expected: string): Check<string> =>
  reader((text) => (isOne(text) ? text : undefined), expected);

/** Subnets' and Vips' names follow one grammar. */
export const name = matching(
  isSubnetName,
  'a DNS subdomain (1 to 253 of a-z0-9.-, first and last alphanumeric)',
);

export const holderField: Check<Holder> = reader(parseHolder, 'a holder such as "pod/default/web-0"');

export const holderButVip: Check<Holder> = (field, text) =>
  andThen(holderField(field, text), (holder) =>
    holderParts(holder).kind === 'vip' ? bad(field, 'is a Vip: use the VipService') : valid(holder),
  );

export const addressField: Check<Address> = reader(parseAddress, 'an IPv4 or IPv6 address');

export const v4: Check<number> = reader((text) => {
  const value = parseAddress(text);
  return typeof value === 'number' ? value : undefined;
}, 'an IPv4 address such as "10.16.0.5"');

export const v6: Check<bigint> = reader((text) => {
  const value = parseAddress(text);
  return typeof value === 'bigint' ? value : undefined;
}, 'an IPv6 address such as "fd00::5"');

export const macField: Check<Mac> = reader(parseMac, 'a unicast MAC address such as "02:7f:0a:10:00:05"');

export const cidrField: Check<Cidr> = reader(parseCidr, 'a block such as "10.16.0.0/16"');

export const rangeField: Check<AddressRange> = reader(
  parseRange,
  'a range "a..b", an address or a block, all in one family',
);

export const vipType: Check<VipType> = reader(
  (text) => VIP_TYPES.find((type) => type === text),
  `one of ${VIP_TYPES.map((type) => JSON.stringify(type)).join(', ')}`,
);

const PORT_NAME_LENGTH_MAX = 255;

/** A Logical_Switch_Port's. `virtual-parents` is split at commas (ovn-nb(5)); a URL's path has no `.` and `..`. */
export const portNameField = matching(
  (text) => text.length <= PORT_NAME_LENGTH_MAX && /^(?!\.{1,2}$)[^\s,"\\\p{C}]+$/u.test(text),
  `a port's name (1 to ${PORT_NAME_LENGTH_MAX} characters without spaces, commas, quotes and backslashes)`,
);

export const retention: Check<Retention> = reader(
  parseRetention,
  '"release", "owner", "forever", or a time such as "90s", "30m", "24h" or "7d", at most ten years',
);

/** A Kubernetes object's, or whatever another system calls its objects for good. */
export const uid = matching((text) => /^[\x21-\x7e]{1,128}$/.test(text), '1 to 128 visible ASCII characters');

/** Objects are written as holders are. */
export const objectField: Check<string> = reader(parseHolder, 'an object such as "pod/default/web-0"');

/** Of TCP, UDP and SCTP. */
export function portNumber(field: string, value: number): Checked<number> {
  return value >= 1 && value <= 65_535 ? valid(value) : bad(field, `expected 1 to 65535, got ${value}`);
}

export const protocol: Check<Protocol> = reader(
  (text) => PROTOCOLS.find((each) => each === text),
  `one of ${PROTOCOLS.map((each) => JSON.stringify(each)).join(', ')}`,
);

export const affinity: Check<'none' | 'client-ip'> = reader(
  (text) => (text === 'none' || text === 'client-ip' ? text : undefined),
  '"none" or "client-ip"',
);

/** RFC 1123 label. */
export const label = matching(
  (text) => /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(text),
  'a name (1 to 63 of a-z0-9-, first and last alphanumeric)',
);

/** A Kubernetes namespace: RFC 1123 label. */
export const kubernetesNamespace = matching(
  (text) => /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(text),
  'a namespace (1 to 63 of a-z0-9-, first and last alphanumeric)',
);

export const holderNamespace = matching(
  (text) => toHolder({ kind: 'pod', namespace: text, name: 'any' }) !== undefined,
  'a namespace that a holder may have',
);

export const holderKind = matching(
  (text) =>
    [{ name: 'any' }, { namespace: 'any', name: 'any' }, { namespace: 'any', name: 'any', ordinal: 0 }].some(
      (parts) => toHolder({ kind: text, ...parts }) !== undefined,
    ),
  'a kind of holder such as "pod"',
);

const FREE_TEXT_LENGTH_MAX = 1024;
/** Control characters, line breaks and tabs apart: they would reach somebody's terminal. */
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/;

/** What people write for people: a note, a reason. */
export const freeText = matching(
  (text) => text.length <= FREE_TEXT_LENGTH_MAX && !CONTROL.test(text) && text.isWellFormed(),
  `at most ${FREE_TEXT_LENGTH_MAX} characters without control characters`,
);

export const note: Check<string | undefined> = optional(freeText);

const ACTOR_LENGTH_MAX = 256;

export const actor = matching(
  (text) => text.length <= ACTOR_LENGTH_MAX && /^\P{C}+$/u.test(text) && text.trim() === text,
  `1 to ${ACTOR_LENGTH_MAX} characters in one line, without spaces around them`,
);

export const commandId = matching(
  (text) => /^[\x21-\x7e]{1,128}$/.test(text),
  '1 to 128 visible ASCII characters',
);

/** What every store's positions have in common: decimal numbers with slashes between them. */
export const position = matching(
  (text) => /^(0|[1-9]\d{0,19})(\/(0|[1-9]\d{0,19}))?$/.test(text),
  'a position from a reply',
);

export function family(field: string, value: IpFamily): Checked<Family> {
  if (value === IpFamily.IPV4) return valid(4);
  if (value === IpFamily.IPV6) return valid(6);
  return bad(field, `expected IPV4 or IPV6, got ${IpFamily[value] ?? value}`);
}

const FAMILIES_MAX = 2;

/** None given: `undefined`, which is all that the subnet has. */
export function families(field: string, values: readonly IpFamily[]): Checked<Family[] | undefined> {
  const checked = each(field, values, FAMILIES_MAX, family);
  return checked.invalid || checked.value.length > 0 ? checked : valid(undefined);
}
