// Ranges of addresses against each other: what of some is not in others, and what is in both. Pure.
import { type Address, type AddressRange, plus } from '../address';

/** What of `ranges` is not in `taken`, which must be ascending; both without overlap. */
export function* rangesWithout(
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

/** What is in both. Of two that are ascending and without overlap each; costs a step for each range of either. */
export function intersection(
  left: readonly AddressRange[],
  right: readonly AddressRange[],
): readonly AddressRange[] {
  const both: AddressRange[] = [];
  for (let [l, r] = [0, 0]; l < left.length && r < right.length; ) {
    const [one, other] = [left[l] as AddressRange, right[r] as AddressRange];
    const first = one.first > other.first ? one.first : other.first;
    const last = one.last < other.last ? one.last : other.last;
    if (first <= last) both.push({ first, last });
    if (one.last < other.last) l += 1;
    else r += 1;
  }
  return both;
}

export const sizeOfRange = ({ first, last }: AddressRange): bigint => BigInt(last) - BigInt(first) + 1n;

export const sizeOfRanges = (ranges: Iterable<AddressRange>): bigint => {
  let size = 0n;
  for (const range of ranges) size += sizeOfRange(range);
  return size;
};
