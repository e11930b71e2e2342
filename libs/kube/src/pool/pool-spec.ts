// An IPPool's spec, as Kube-OVN's users write it, read into what the ledger is asked for. Pure.
import {
  type AddressRange,
  type Cidr,
  formatCidr,
  invalid,
  isSubnetName,
  lastOf,
  overlaps,
  parseRange,
} from '@holdfast/ipam';
import {
  type FieldRead,
  type KubernetesObject,
  listed,
  quotedText,
  readTextList,
  readTexts,
} from '@holdfast/kube-api';

export interface PoolSpec {
  readonly subnet: string;
  /** As they were written; not yet cut to the Subnet's blocks. */
  readonly ips: readonly { readonly text: string; readonly range: AddressRange }[];
  readonly namespaces: readonly string[];
  /** What the spec says and has no effect; for the condition's message. Empty when there is nothing. */
  readonly unread: string;
}

const UNREAD_SET = 'spec.enableAddressSet has no effect: no Address_Set is made for a pool.';

export function readPool({ spec = {} }: KubernetesObject): FieldRead<PoolSpec> {
  const texts = readTexts(spec, ['subnet']);
  if (texts.rejected) return texts;
  const { subnet } = texts.value;
  if (subnet === '') return invalid('spec.subnet', 'is required; name the Subnet whose addresses these are');
  if (!isSubnetName(subnet)) return invalid('spec.subnet', `${quotedText(subnet)} can be no Subnet's name`);
  const ips = readIps(spec);
  if (ips.rejected) return ips;
  const namespaces = readTextList(spec, 'namespaces');
  if (namespaces.rejected) return namespaces;
  const unread = spec['enableAddressSet'] === true ? UNREAD_SET : '';
  return { value: { subnet, ips: ips.value, namespaces: unique(namespaces.value), unread } };
}

/**
 * What of a pool lies within the Subnet's blocks. Kube-OVN ignores the rest, and its users have such entries: the
 * condition says so. A pool of which nothing lies within is refused.
 */
export function rangesWithin(
  ips: PoolSpec['ips'],
  cidrs: readonly Cidr[],
): FieldRead<{ readonly ranges: readonly AddressRange[]; readonly cut: string }> {
  const blocks = cidrs.map(formatCidr).join(',');
  const inside: AddressRange[] = [];
  const cut: string[] = [];
  for (const { text, range } of ips) {
    const cidr = cidrs.find((block) => overlaps(block, range));
    const within = cidr && clip(range, cidr);
    if (within) inside.push(within);
    if (within?.first !== range.first || within.last !== range.last) cut.push(text);
  }
  if (inside.length === 0) return invalid('spec.ips', `has no address within ${blocks}; name some that are`);
  const families = [4, 6].flatMap((family) =>
    ascending(inside.filter(({ first }) => (typeof first === 'number') === (family === 4))),
  );
  const note =
    cut.length > 0 ? `Of spec.ips, what lies outside ${blocks} has no effect: ${listed(cut)}.` : '';
  return { value: { ranges: families, cut: note } };
}

function readIps(spec: NonNullable<KubernetesObject['spec']>): FieldRead<PoolSpec['ips']> {
  const entries = readTextList(spec, 'ips');
  if (entries.rejected) return entries;
  if (entries.value.length === 0)
    return invalid('spec.ips', 'is required; a pool without addresses has none to give');
  const ips: PoolSpec['ips'][number][] = [];
  for (const [at, entry] of entries.value.entries()) {
    const text = entry.trim();
    const range = parseRange(text);
    if (!range) {
      const forms = 'write "a", "a..b" with a before b, or a block "a/n"';
      return invalid(`spec.ips[${at}]`, `${quotedText(entry)} is no range of addresses; ${forms}`);
    }
    ips.push({ text, range });
  }
  return { value: ips };
}

function clip(range: AddressRange, cidr: Cidr): AddressRange {
  const last = lastOf(cidr);
  return {
    first: range.first < cidr.base ? cidr.base : range.first,
    last: range.last > last ? last : range.last,
  };
}

const unique = (names: readonly string[]): string[] => [...new Set(names)].sort();

/** Sorted, and those that overlap made one. */
function ascending(ranges: readonly AddressRange[]): AddressRange[] {
  const joined: AddressRange[] = [];
  for (const range of [...ranges].sort((a, b) => (a.first < b.first ? -1 : 1))) {
    const before = joined.at(-1);
    if (!before || range.first > before.last) joined.push(range);
    else if (range.last > before.last) joined[joined.length - 1] = { first: before.first, last: range.last };
  }
  return joined;
}
