// Which address comes next, in one family of one subnet, without ever searching for it: never-used ones first,
// ascending; then released ones, the longest released first. Its cost is the same in an empty and a full
// subnet, in a /28 and in a /64. It does not know who holds what.
import { ReleasedQueue } from './released-queue';

/** Distance from the subnet's first address. */
export type Offset = number;

/**
 * Addresses further out than this (2^53) are never handed out automatically: no subnet has 9 * 10^15
 * reservations. They can be reserved by name, and are remembered by who holds them alone.
 */
export const OFFSET_MAX: Offset = Number.MAX_SAFE_INTEGER;

export interface OffsetRange {
  readonly first: Offset;
  readonly last: Offset;
}

export type Choice =
  | { readonly offset: Offset }
  /** Nothing is free now; `coolingUntil`: when the next released address will be (epoch ms), if there is one. */
  | { readonly offset?: undefined; readonly coolingUntil?: number };

export class FreeAddresses {
  /** The lowest offset that was never used and may be handed out; beyond `last` when there is none. */
  private never: Offset;
  /** Used addresses beyond `never`, as runs: last by first and first by last. Runs only grow together. */
  private readonly runLast = new Map<Offset, Offset>();
  private readonly runFirst = new Map<Offset, Offset>();
  private readonly released = new ReleasedQueue();

  /** @param skipped what is not handed out automatically; sorted, apart from each other */
  constructor(
    first: Offset,
    private readonly last: Offset,
    private readonly skipped: readonly OffsetRange[],
  ) {
    this.never = first;
    this.settle();
  }

  isSkipped(offset: Offset): boolean {
    return this.skippedRun(offset) !== undefined;
  }

  /** Somebody holds it now. */
  use(offset: Offset): void {
    this.released.remove(offset);
    if (offset === this.never) {
      this.never += 1;
      this.settle();
    } else if (offset > this.never && offset <= this.last && !this.isSkipped(offset)) {
      this.addToRuns(offset);
    }
  }

  /** Nobody holds it any more, since `atMs`. */
  release(offset: Offset, atMs: number): void {
    if (offset <= this.last && !this.isSkipped(offset)) this.released.push(offset, atMs);
  }

  next(nowMs: number, coolingMs: number): Choice {
    if (this.never <= this.last) return { offset: this.never };
    const oldest = this.released.oldest();
    if (!oldest) return {};
    const coolingUntil = oldest.atMs + coolingMs;
    return coolingUntil <= nowMs ? { offset: oldest.offset } : { coolingUntil };
  }

  get releasedCount(): number {
    return this.released.size;
  }

  private addToRuns(offset: Offset): void {
    const first = this.runFirst.get(offset - 1) ?? offset;
    const last = this.runLast.get(offset + 1) ?? offset;
    this.runFirst.delete(offset - 1);
    this.runLast.delete(offset + 1);
    this.runLast.set(first, last);
    this.runFirst.set(last, first);
  }

  /** Moves `never` over the runs that it meets; each run is met once in the life of the subnet. */
  private settle(): void {
    while (this.never <= this.last) {
      const runLast = this.runLast.size > 0 ? this.runLast.get(this.never) : undefined;
      const past = runLast ?? this.skippedRun(this.never)?.last;
      if (past === undefined) return;
      if (runLast !== undefined) {
        this.runLast.delete(this.never);
        this.runFirst.delete(runLast);
      }
      this.never = past + 1;
    }
  }

  private skippedRun(offset: Offset): OffsetRange | undefined {
    let low = 0;
    let high = this.skipped.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const range = this.skipped[middle] as OffsetRange;
      if (offset < range.first) high = middle - 1;
      else if (offset > range.last) low = middle + 1;
      else return range;
    }
    return undefined;
  }
}

/** Sorts ranges and joins those that overlap or touch. */
export function joinRanges(ranges: readonly OffsetRange[]): OffsetRange[] {
  const joined: { first: Offset; last: Offset }[] = [];
  for (const range of [...ranges].sort((a, b) => a.first - b.first)) {
    const before = joined[joined.length - 1];
    if (before && range.first <= before.last + 1) before.last = Math.max(before.last, range.last);
    else joined.push({ ...range });
  }
  return joined;
}
