// Released offsets, the longest released first; any of them can be taken out. A list linked both ways, because each
// operation has to cost the same in a full subnet (a Map used as a queue walks over its deleted entries).
import type { Offset } from './free-addresses';

interface Entry {
  readonly offset: Offset;
  readonly atMs: number;
  before: Entry | undefined;
  after: Entry | undefined;
}

export class ReleasedQueue {
  private readonly entries = new Map<Offset, Entry>();
  private first: Entry | undefined;
  private last: Entry | undefined;

  get size(): number {
    return this.entries.size;
  }

  /** @param offset one that is not in the queue */
  push(offset: Offset, atMs: number): void {
    const entry: Entry = { offset, atMs, before: this.last, after: undefined };
    if (this.last) this.last.after = entry;
    else this.first = entry;
    this.last = entry;
    this.entries.set(offset, entry);
  }

  /** Whether it was there. */
  remove(offset: Offset): boolean {
    if (this.entries.size === 0) return false;
    const entry = this.entries.get(offset);
    if (!entry) return false;
    const { before, after } = entry;
    if (before) before.after = after;
    else this.first = after;
    if (after) after.before = before;
    else this.last = before;
    return this.entries.delete(offset);
  }

  oldest(): { readonly offset: Offset; readonly atMs: number } | undefined {
    return this.first;
  }

  /** The longest released first. */
  *[Symbol.iterator](): Iterator<{ readonly offset: Offset; readonly atMs: number }> {
    for (let entry = this.first; entry; entry = entry.after) yield entry;
  }
}
