// A Vip's spec, as Kube-OVN's users write it, read into what the ledger is asked for. Pure; it knows nothing of what is
// held already.
import {
  invalid,
  isSubnetName,
  type Mac,
  parseAddress,
  parseLabelSelector,
  parseMac,
  VIP_TYPES,
  type VipPurpose,
} from '@holdfast/ipam';
import { type FieldRead, type JsonObject, quotedText, readTextList, readTexts } from '@holdfast/kube-api';

export interface VipSpec {
  readonly subnet: string;
  /** Those that the spec names; the rest is the ledger's choice. */
  readonly v4?: number;
  readonly v6?: bigint;
  readonly mac?: Mac;
  readonly purpose: Omit<VipPurpose, 'note'>;
  /** What the spec says and nobody reads; for the condition's message. Empty when there is nothing. */
  readonly unread: string;
}

/** RFC 1123 label. */
const NAMESPACE = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

const UNREAD_SUBNETS = 'spec.attachSubnets has no effect; make a Vip of its own in each of them.';

export function readVipSpec(spec: JsonObject = {}): FieldRead<VipSpec> {
  const addresses = readAddresses(spec);
  if (addresses.rejected) return addresses;
  const purpose = readPurpose(spec);
  if (purpose.rejected) return purpose;
  const attached = readTextList(spec, 'attachSubnets');
  if (attached.rejected) return attached;
  const unread = attached.value.length > 0 ? UNREAD_SUBNETS : '';
  return { value: { ...addresses.value, purpose: purpose.value, unread } };
}

function readAddresses(spec: JsonObject): FieldRead<Pick<VipSpec, 'subnet' | 'v4' | 'v6' | 'mac'>> {
  const texts = readTexts(spec, ['subnet', 'v4ip', 'v6ip', 'macAddress']);
  if (texts.rejected) return texts;
  const { subnet, v4ip, v6ip, macAddress } = texts.value;
  if (subnet === '') return invalid('spec.subnet', 'is required; name the Subnet to reserve from');
  if (!isSubnetName(subnet)) return invalid('spec.subnet', `${quotedText(subnet)} can be no Subnet's name`);
  const [v4, v6] = [parseAddress(v4ip), parseAddress(v6ip)];
  if (v4ip !== '' && typeof v4 !== 'number') return invalid('spec.v4ip', notAn('IPv4 address', v4ip));
  if (v6ip !== '' && typeof v6 !== 'bigint') return invalid('spec.v6ip', notAn('IPv6 address', v6ip));
  const mac = parseMac(macAddress);
  if (macAddress !== '' && mac === undefined)
    return invalid('spec.macAddress', notAn('unicast MAC address', macAddress));
  return {
    value: {
      subnet,
      ...(typeof v4 === 'number' && { v4 }),
      ...(typeof v6 === 'bigint' && { v6 }),
      ...(mac !== undefined && { mac }),
    },
  };
}

function readPurpose(spec: JsonObject): FieldRead<VipSpec['purpose']> {
  const texts = readTexts(spec, ['type', 'namespace']);
  if (texts.rejected) return texts;
  const { type, namespace } = texts.value;
  const vipType = VIP_TYPES.find((known) => known === type);
  if (vipType === undefined)
    return invalid('spec.type', `${quotedText(type)} is none of ${VIP_TYPES.map(quotedText).join(', ')}`);
  if (namespace !== '' && !NAMESPACE.test(namespace))
    return invalid('spec.namespace', `${quotedText(namespace)} can be no Namespace's name`);
  const selector = readTextList(spec, 'selector');
  if (selector.rejected) return selector;
  const { malformed } = parseLabelSelector(selector.value);
  if (malformed) {
    const at = malformed.at === undefined ? '' : `[${malformed.at}]`;
    return invalid(`spec.selector${at}`, malformed.message);
  }
  return { value: { vipType, ...(namespace !== '' && { namespace }), selector: selector.value } };
}

function notAn(what: string, text: string): string {
  return `${quotedText(text)} is no ${what}; correct it, or leave it empty to have one chosen`;
}
