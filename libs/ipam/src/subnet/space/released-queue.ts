// Released offsets, the longest released first; any of them can be taken out. A list linked both ways, because each
// operation has to cost the same in a full subnet; and an offset that is taken out keeps its entry for its next
// release, because a Map from which keys are deleted and put back walks over its gaps.
import type { Offset } from './offset';

interface Entry {
  readonly offset: Offset;
  atMs: number;
  isQueued: boolean;
  before: Entry | undefined;
  after: Entry | undefined;
}

export class ReleasedQueue {
  private readonly entries = new Map<Offset, Entry>();
  private first: Entry | undefined;
  private last: Entry | undefined;
  private queued = 0;

  get size(): number {
    return this.queued;
  }

  /** @param offset one that is not in the queue */
  push(offset: Offset, atMs: number): void {
    let entry = this.entries.get(offset);
    if (!entry) {
      entry = { offset, atMs, isQueued: true, before: undefined, after: undefined };
      this.entries.set(offset, entry);
    }
    entry.atMs = atMs;
    entry.isQueued = true;
    entry.before = this.last;
    this.queued += 1;
    if (this.last) this.last.after = entry;
    else this.first = entry;
    this.last = entry;
  }

  /** Whether it was there. */
  remove(offset: Offset): boolean {
    if (this.queued === 0) return false;
    const entry = this.entries.get(offset);
    if (!entry?.isQueued) return false;
    const { before, after } = entry;
    if (before) before.after = after;
    else this.first = after;
    if (after) after.before = before;
    else this.last = before;
    entry.before = entry.after = undefined;
    entry.isQueued = false;
    this.queued -= 1;
    return true;
  }

  /** The same, and its entry is given up as well: it is not expected back. */
  forget(offset: Offset): void {
    this.remove(offset);
    this.entries.delete(offset);
  }

  /** None was released later than that. Their order stays. */
  happenedBy(latestMs: number): void {
    for (let entry = this.last; entry && entry.atMs > latestMs; entry = entry.before) entry.atMs = latestMs;
  }

  oldest(): { readonly offset: Offset; readonly atMs: number } | undefined {
    return this.first;
  }

  /** How many were released after that. Costs a look at each of them. */
  countSince(atMs: number): number {
    let count = 0;
    for (let entry = this.last; entry && entry.atMs > atMs; entry = entry.before) count += 1;
    return count;
  }

  /** The longest released first. */
  *[Symbol.iterator](): Iterator<{ readonly offset: Offset; readonly atMs: number }> {
    for (let entry = this.first; entry; entry = entry.after) yield entry;
  }
}
