// Released offsets, the longest released first; any of them can be taken out. Every operation costs amortised
// constant time (a Map used as a queue does not: it walks over its deleted entries).
import type { Offset } from './free-addresses';

/** Dead entries are swept out when they are more than half and at least this many. */
const SWEEP_AT = 1024;

export class ReleasedQueue {
  private offsets: Offset[] = [];
  private times: number[] = [];
  private head = 0;
  /** Where each offset stands; an entry whose place is another is dead. */
  private readonly places = new Map<Offset, number>();

  get size(): number {
    return this.places.size;
  }

  push(offset: Offset, atMs: number): void {
    this.places.set(offset, this.offsets.length);
    this.offsets.push(offset);
    this.times.push(atMs);
    this.settle();
  }

  remove(offset: Offset): void {
    if (this.places.size > 0 && this.places.delete(offset)) this.settle();
  }

  oldest(): { readonly offset: Offset; readonly atMs: number } | undefined {
    if (this.head >= this.offsets.length) return undefined;
    return { offset: this.offsets[this.head] as Offset, atMs: this.times[this.head] as number };
  }

  private isDead(place: number): boolean {
    return this.places.get(this.offsets[place] as Offset) !== place;
  }

  /** Keeps the head alive, so that `oldest` need not look. */
  private settle(): void {
    while (this.head < this.offsets.length && this.isDead(this.head)) this.head += 1;
    const dead = this.offsets.length - this.places.size;
    if (dead >= SWEEP_AT && dead > this.places.size) this.sweep();
  }

  private sweep(): void {
    const alive = this.offsets.map((_, place) => place).filter((place) => !this.isDead(place));
    this.offsets = alive.map((place) => this.offsets[place] as Offset);
    this.times = alive.map((place) => this.times[place] as number);
    this.offsets.forEach((offset, place) => this.places.set(offset, place));
    this.head = 0;
  }
}
