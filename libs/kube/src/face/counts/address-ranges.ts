// Ranges of addresses: what one has and another has not, and how Kube-OVN writes them. Pure.
import { type Address, type AddressRange, formatAddress, plus } from '@holdfast/ipam';

/** Ranges that a status names: beyond these nobody reads them, and an object must stay small (etcd takes 1.5 MB at most). */
export const RANGES_MAX = 100;

/** "10.16.0.2-10.16.0.5,10.16.0.9"; what is beyond RANGES_MAX is "...". */
export function rangesText(ranges: Iterable<AddressRange>): string {
  const texts: string[] = [];
  for (const range of ranges) {
    if (texts.length === RANGES_MAX) return `${texts.join(',')},...`;
    texts.push(rangeText(range));
  }
  return texts.join(',');
}

/** What of `ranges` is not in `taken`, which must be ascending; both without overlap. */
export function* without(
  ranges: Iterable<AddressRange>,
  taken: (within: AddressRange) => Iterable<AddressRange>,
): Iterable<AddressRange> {
  for (const range of ranges) {
    let next: Address = range.first;
    for (const { first, last } of taken(range)) {
      if (last < next) continue;
      if (first > range.last) break;
      if (first > next) yield { first: next, last: plus(first, -1) };
      next = plus(last, 1);
    }
    if (next <= range.last) yield { first: next, last: range.last };
  }
}

/** Sorted, and those that overlap made one. */
export function ascending(ranges: readonly AddressRange[]): AddressRange[] {
  const joined: AddressRange[] = [];
  for (const range of [...ranges].sort((a, b) => (a.first < b.first ? -1 : 1))) {
    const before = joined.at(-1);
    if (!before || range.first > before.last) joined.push(range);
    else if (range.last > before.last) joined[joined.length - 1] = { first: before.first, last: range.last };
  }
  return joined;
}

const rangeText = ({ first, last }: AddressRange): string =>
  first === last ? formatAddress(first) : `${formatAddress(first)}-${formatAddress(last)}`;
