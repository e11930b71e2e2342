// Where an address stands, counted from the first one that may be handed out automatically.

/** Distance from the first address that may be handed out automatically. */
export type Offset = number;

/**
 * Addresses this far out (2^53) and further are never handed out automatically: no subnet has 9 * 10^15
 * reservations. They can be reserved by name, and are remembered by who holds them alone.
 */
export const OFFSET_MAX: Offset = Number.MAX_SAFE_INTEGER;

export interface OffsetRange {
  readonly first: Offset;
  readonly last: Offset;
}

/** The one of the ranges (sorted, apart from each other) in which `place` lies. */
export function rangeAround<Place extends number | bigint, Range extends { first: Place; last: Place }>(
  ranges: readonly Range[],
  place: Place,
): Range | undefined {
  let low = 0;
  let high = ranges.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const range = ranges[middle] as Range;
    if (place < range.first) high = middle - 1;
    else if (place > range.last) low = middle + 1;
    else return range;
  }
  return undefined;
}
