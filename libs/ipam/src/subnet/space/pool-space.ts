// The addresses of one pool in one family: a handful of ranges, each with its own way to the next free one. Choosing
// looks at each range once, and never at addresses.
import { type Address, type AddressRange, plus } from '../../address';
import { FreeOffsets } from './free-offsets';
import { OFFSET_MAX, type OffsetRange } from './offset';

/** One range of a pool. */
export interface PoolRange extends AddressRange {
  readonly free: FreeOffsets;
}

/** Where `last` and what is skipped are counted from `first`. */
export function poolRange(range: AddressRange, skipped: readonly AddressRange[]): PoolRange {
  const within = skipped.filter(({ first, last }) => last >= range.first && first <= range.last);
  const offsets = within.map(
    ({ first, last }): OffsetRange => ({
      first: Math.max(0, distance(range.first, first)),
      last: Math.min(distance(range.first, last), OFFSET_MAX),
    }),
  );
  const size = Math.min(distance(range.first, range.last), OFFSET_MAX - 1);
  return { ...range, free: new FreeOffsets(size, offsets) };
}

export type PoolChoice =
  | { readonly address: Address }
  /** `coolingUntil`: when the next released address will be free (epoch ms), if there is one. */
  | { readonly address?: undefined; readonly coolingUntil?: number };

/** Never-used ones first, range after range; then the longest released one of all. */
export function nextInPool(ranges: readonly PoolRange[], nowMs: number, coolingMs: number): PoolChoice {
  for (const { first, free } of ranges) {
    const offset = free.neverUsed();
    if (offset !== undefined) return { address: plus(first, offset) };
  }
  let oldest: { readonly address: Address; readonly atMs: number } | undefined;
  for (const { first, free } of ranges) {
    const released = free.oldestReleased();
    if (released && (!oldest || released.atMs < oldest.atMs))
      oldest = { address: plus(first, released.offset), atMs: released.atMs };
  }
  if (!oldest) return {};
  const coolingUntil = oldest.atMs + coolingMs;
  return coolingUntil <= nowMs ? { address: oldest.address } : { coolingUntil };
}

export const distance = (from: Address, to: Address): number => Number(BigInt(to) - BigInt(from));
