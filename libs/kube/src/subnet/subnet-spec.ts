// A Subnet's spec and annotations, as Kube-OVN's users write them, read into a definition. Pure. It says the whole: what
// the object leaves out has its default, so that taking a line out undoes it.
import {
  type Address,
  type AddressRange,
  type Cidr,
  contains,
  familyOf,
  formatCidr,
  invalid,
  isSubnetName,
  lastOf,
  overlaps,
  parseAddress,
  parseCidr,
  parseRange,
  parseRetention,
  type Retention,
  sizeOf,
  type SubnetDefinition,
  usableRange,
} from '@holdfast/ipam';
import {
  type FieldRead,
  type KubernetesObject,
  listed,
  quotedText,
  readTextList,
  readTexts,
} from '@holdfast/kube-api';

/** How long a released address stays unused; whole seconds. */
export const COOLING_ANNOTATION = 'holdfast.io/cooling-seconds';
/** How long reservations of holders that say nothing stay: `release`, `owner`, `forever`, or a time such as `24h`. */
export const SUBNET_RETENTION_ANNOTATION = 'holdfast.io/retention';

export interface SubnetSpec {
  readonly definition: SubnetDefinition;
  /** What of the spec has no effect; for the condition's message. Empty when there is nothing. */
  readonly cut: string;
}

export function readSubnet({ metadata, spec = {} }: KubernetesObject): FieldRead<SubnetSpec> {
  const texts = readTexts(spec, ['cidrBlock', 'gateway', 'vpc', 'vlan', 'provider']);
  if (texts.rejected) return texts;
  const cidrs = readCidrs(texts.value.cidrBlock);
  if (cidrs.rejected) return cidrs;
  const gateways = readGateways(texts.value.gateway, cidrs.value);
  if (gateways.rejected) return gateways;
  const entries = readTextList(spec, 'excludeIps');
  if (entries.rejected) return entries;
  const excluded = readExcluded(entries.value, cidrs.value);
  if (excluded.rejected) return excluded;
  const coolingMs = readCooling(metadata.annotations?.[COOLING_ANNOTATION]);
  if (coolingMs.rejected) return coolingMs;
  const retention = readRetention(metadata.annotations?.[SUBNET_RETENTION_ANNOTATION]);
  if (retention.rejected) return retention;
  const { vpc } = texts.value;
  if (vpc !== '' && !isSubnetName(vpc)) return invalid('spec.vpc', `${quotedText(vpc)} can be no VPC's name`);
  const { router, ignored } = readRouter(texts.value, spec['logicalGateway'] === true, gateways.value);
  const definition = {
    cidrs: cidrs.value,
    gateways: gateways.value,
    excluded: excluded.value.ranges,
    coolingMs: coolingMs.value,
    ...(router !== undefined && { router }),
    ...(retention.value && { retention: retention.value }),
  };
  const cut = [excluded.value.cut, ignored].filter((text) => text !== '').join(' ');
  return { value: { definition, cut } };
}

/**
 * Kube-OVN's router of a VPC has the VPC's name. It has no port for a subnet whose gateway is outside of OVN, and none
 * where Kube-OVN only hands out addresses.
 */
function readRouter(
  { vpc, vlan, provider }: Readonly<Record<'vpc' | 'vlan' | 'provider', string>>,
  isLogicalGateway: boolean,
  gateways: readonly Address[],
): { readonly router?: string; readonly ignored: string } {
  if (vpc === '') return { ignored: '' };
  const isOfOvn = provider === '' || provider === 'ovn' || provider.endsWith('.ovn');
  const reason = !isOfOvn
    ? `provider ${quotedText(provider)} has no switch in OVN`
    : vlan !== '' && !isLogicalGateway
      ? 'the gateway of an underlay subnet is outside of OVN'
      : gateways.length === 0
        ? 'there is no gateway'
        : undefined;
  return reason ? { ignored: `spec.vpc has no effect: ${reason}.` } : { router: vpc, ignored: '' };
}

/** "v4", "v6" or "v4,v6"; host bits are dropped. */
function readCidrs(text: string): FieldRead<Cidr[]> {
  if (text === '')
    return invalid('spec.cidrBlock', 'is required; a subnet without a block has no addresses to keep');
  const cidrs: Cidr[] = [];
  for (const part of split(text)) {
    const cidr = parseCidr(part);
    if (!cidr)
      return invalid('spec.cidrBlock', `${quotedText(part)} is no block of addresses such as 10.16.0.0/16`);
    cidrs.push(cidr);
  }
  const families = new Set(cidrs.map(({ family }) => family));
  if (families.size < cidrs.length)
    return invalid('spec.cidrBlock', 'has two blocks of one family; keep one');
  return { value: cidrs };
}

/** A family without one gets the first usable address of its block, if the block has more than two. */
function readGateways(text: string, cidrs: readonly Cidr[]): FieldRead<Address[]> {
  const named: Address[] = [];
  for (const part of split(text)) {
    const gateway = parseAddress(part);
    if (gateway === undefined) return invalid('spec.gateway', `${quotedText(part)} is no address`);
    if (!cidrs.some((cidr) => contains(cidr, gateway)))
      return invalid('spec.gateway', `${quotedText(part)} is outside ${cidrs.map(formatCidr).join(',')}`);
    if (named.some((other) => familyOf(other) === familyOf(gateway)))
      return invalid('spec.gateway', 'has two addresses of one family; keep one');
    named.push(gateway);
  }
  const gateways = cidrs.flatMap((cidr) => {
    const own = named.find((gateway) => familyOf(gateway) === cidr.family);
    if (own !== undefined) return [own];
    return sizeOf(cidr) > 2n ? [usableRange(cidr).first] : [];
  });
  return { value: gateways };
}

/**
 * Kube-OVN ignores what lies outside its blocks, and its users have such entries; so they are cut to the blocks, and the
 * condition says so. What cannot be read is refused: ignoring it would hand out what somebody wanted kept.
 */
function readExcluded(
  entries: readonly string[],
  cidrs: readonly Cidr[],
): FieldRead<{ readonly ranges: AddressRange[]; readonly cut: string }> {
  const ranges: AddressRange[] = [];
  const cut: string[] = [];
  for (const [at, entry] of entries.entries()) {
    const range = parseRange(entry.trim());
    if (!range) {
      const forms = 'write "a", "a..b" with a before b, or a block "a/n"';
      return invalid(`spec.excludeIps[${at}]`, `${quotedText(entry)} is no range of addresses; ${forms}`);
    }
    const cidr = cidrs.find((block) => overlaps(block, range));
    const inside = cidr && clip(range, cidr);
    if (inside) ranges.push(inside);
    if (!inside || inside.first !== range.first || inside.last !== range.last) cut.push(entry.trim());
  }
  if (cut.length === 0) return { value: { ranges, cut: '' } };
  const blocks = cidrs.map(formatCidr).join(',');
  return {
    value: { ranges, cut: `Of excludeIps, what lies outside ${blocks} has no effect: ${listed(cut)}.` },
  };
}

function readCooling(text: string | undefined): FieldRead<number> {
  if (text === undefined || text.trim() === '') return { value: 0 };
  const seconds = Number(text);
  if (/^\s*\d{1,9}\s*$/.test(text)) return { value: seconds * 1_000 };
  return invalid(
    `metadata.annotations[${COOLING_ANNOTATION}]`,
    `${quotedText(text)} is no whole number of seconds`,
  );
}

function readRetention(text = ''): FieldRead<Retention | undefined> {
  if (text.trim() === '') return { value: undefined };
  const retention = parseRetention(text.trim());
  if (retention) return { value: retention };
  return invalid(
    `metadata.annotations[${SUBNET_RETENTION_ANNOTATION}]`,
    `${quotedText(text)} is none of release, owner, forever, or a time such as 24h`,
  );
}

function clip(range: AddressRange, cidr: Cidr): AddressRange {
  const last = lastOf(cidr);
  return {
    first: range.first < cidr.base ? cidr.base : range.first,
    last: range.last > last ? last : range.last,
  };
}

function split(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
