// Which address comes next, in one family of one subnet, without ever searching for it: never-used ones first,
// ascending; then released ones, the longest released first. Its cost is the same in an empty and a full
// subnet, in a /28 and in a /64. It does not know who holds what.
import { type Offset, type OffsetRange, rangeAround } from './offset';
import { ReleasedQueue } from './released-queue';

export type Choice =
  | { readonly offset: Offset }
  /** Nothing is free now; `coolingUntil`: when the next released address will be (epoch ms), if there is one. */
  | { readonly offset?: undefined; readonly coolingUntil?: number };

export class FreeOffsets {
  /** The lowest offset that was never used and may be handed out; beyond `last` when there is none. */
  private never: Offset = 0;
  /** The first skipped run that is not wholly below `never`. */
  private skippedAhead = 0;
  /** Used addresses beyond `never`, as runs: last by first and first by last. Runs only grow together. */
  private readonly runLast = new Map<Offset, Offset>();
  private readonly runFirst = new Map<Offset, Offset>();
  private readonly released = new ReleasedQueue();

  /** @param skipped what is not handed out automatically; sorted, apart from each other */
  constructor(
    private readonly last: Offset,
    private readonly skipped: readonly OffsetRange[],
  ) {
    this.settle();
  }

  isSkipped(offset: Offset): boolean {
    return rangeAround(this.skipped, offset) !== undefined;
  }

  /** Somebody holds it now, and nobody did before. */
  use(offset: Offset): void {
    if (offset === this.never) {
      this.never += 1;
      this.settle();
      return;
    }
    // A released one stands in its run, or below `never`, already.
    if (this.released.remove(offset)) return;
    if (offset > this.never && offset <= this.last && !this.isSkipped(offset)) this.addToRuns(offset);
  }

  /** Nobody holds it any more, since `atMs`. */
  release(offset: Offset, atMs: number): void {
    if (offset <= this.last && !this.isSkipped(offset)) this.released.push(offset, atMs);
  }

  /** Lets a released one never come again. Not possible beyond `never`, where it still stands in a run. */
  forget(offset: Offset): boolean {
    if (offset >= this.never) return false;
    this.released.forget(offset);
    return true;
  }

  /** None was released later than that. */
  happenedBy(latestMs: number): void {
    this.released.happenedBy(latestMs);
  }

  /** Not used since there is a record of it. */
  neverUsed(): Offset | undefined {
    return this.never <= this.last ? this.never : undefined;
  }

  oldestReleased(): { readonly offset: Offset; readonly atMs: number } | undefined {
    return this.released.oldest();
  }

  next(nowMs: number, coolingMs: number): Choice {
    if (this.never <= this.last) return { offset: this.never };
    const oldest = this.released.oldest();
    if (!oldest) return {};
    const coolingUntil = oldest.atMs + coolingMs;
    return coolingUntil <= nowMs ? { offset: oldest.offset } : { coolingUntil };
  }

  /** How many are released and do not come again yet. Costs a look at each of them. */
  coolingCount(nowMs: number, coolingMs: number): number {
    return coolingMs > 0 ? this.released.countSince(nowMs - coolingMs) : 0;
  }

  /** What `next` would answer time after time, if each answer were used: at most `limit` of them. */
  upcoming(limit: number, nowMs: number, coolingMs: number): Offset[] {
    const offsets: Offset[] = [];
    let at = this.never;
    let ahead = this.skippedAhead;
    while (at <= this.last && offsets.length < limit) {
      const skipped = this.skipped[ahead];
      const runLast = this.runLast.get(at);
      if (skipped && skipped.first <= at) {
        at = skipped.last + 1;
        ahead += 1;
      } else if (runLast !== undefined) {
        at = runLast + 1;
      } else {
        offsets.push(at);
        at += 1;
      }
    }
    for (const { offset, atMs } of this.released) {
      if (offsets.length >= limit || atMs + coolingMs > nowMs) break;
      offsets.push(offset);
    }
    return offsets;
  }

  private addToRuns(offset: Offset): void {
    const first = this.runFirst.get(offset - 1) ?? offset;
    const last = this.runLast.get(offset + 1) ?? offset;
    this.runFirst.delete(offset - 1);
    this.runLast.delete(offset + 1);
    this.runLast.set(first, last);
    this.runFirst.set(last, first);
  }

  /** Moves `never` over the runs that it meets, used or skipped; each is met once in the life of the subnet. */
  private settle(): void {
    for (;;) {
      const skipped = this.skipped[this.skippedAhead];
      if (skipped && skipped.first <= this.never) {
        this.never = skipped.last + 1;
        this.skippedAhead += 1;
        continue;
      }
      const runLast = this.runLast.size > 0 ? this.runLast.get(this.never) : undefined;
      if (runLast === undefined) return;
      this.runLast.delete(this.never);
      this.runFirst.delete(runLast);
      this.never = runLast + 1;
    }
  }
}
