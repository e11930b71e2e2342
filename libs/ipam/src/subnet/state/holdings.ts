// Who holds what, by holder or by address, and what is remembered of those who hold it no more. Both stand in one
// entry, which a key keeps for ever: V8's Map does not close the gap that a deleted key leaves, and a key that comes
// back time after time would have to be looked for behind all its gaps. Forgetting goes in sweeps.
import type { Reservation } from './reservation';

/** Fewer than this are not worth a sweep; after one, the next comes when what stayed has doubled. */
const SWEEP_AT_LEAST = 4096;

/** What was released is held since no time: that is how the two are told apart. */
type NotHeld = object & { readonly sinceMs?: undefined };

export class Holdings<Key, Released extends NotHeld> {
  private readonly entries = new Map<Key, Reservation | Released>();
  private held = 0;
  private sweepAt = SWEEP_AT_LEAST;

  /** How many hold something. */
  get size(): number {
    return this.held;
  }

  get(key: Key): Reservation | undefined {
    const entry = this.entries.get(key);
    return entry?.sinceMs === undefined ? undefined : entry;
  }

  has(key: Key): boolean {
    return this.get(key) !== undefined;
  }

  /** What is remembered, if nothing is held. */
  released(key: Key): Released | undefined {
    const entry = this.entries.get(key);
    return entry === undefined || isHeld(entry) ? undefined : entry;
  }

  hold(key: Key, reservation: Reservation): void {
    // While nothing is released, a key that is there is held: one look-up instead of two, and in a replay that counts.
    const areAllHeld = this.entries.size === this.held;
    if (!areAllHeld && !this.has(key)) this.held += 1;
    this.entries.set(key, reservation);
    if (areAllHeld) this.held = this.entries.size;
  }

  release(key: Key, released: Released): void {
    if (this.has(key)) this.held -= 1;
    this.entries.set(key, released);
  }

  *keys(): Iterable<Key> {
    for (const [key] of this) yield key;
  }

  *values(): Iterable<Reservation> {
    for (const [, reservation] of this) yield reservation;
  }

  *[Symbol.iterator](): Iterator<[Key, Reservation]> {
    for (const [key, entry] of this.entries) if (isHeld(entry)) yield [key, entry];
  }

  /** In no order. */
  *allReleased(): Iterable<[Key, Released]> {
    for (const [key, entry] of this.entries) if (!isHeld(entry)) yield [key, entry];
  }

  /** Forgets what may be forgotten, when there is so much of it that looking at everything is worth its cost. */
  sweep(mayForget: (key: Key, released: Released) => boolean): void {
    const remembered = this.entries.size - this.held;
    if (remembered < this.sweepAt || remembered < this.held) return;
    for (const [key, released] of this.allReleased()) if (mayForget(key, released)) this.entries.delete(key);
    this.sweepAt = Math.max(SWEEP_AT_LEAST, (this.entries.size - this.held) * 2);
  }
}

/** What may be asked of it by who must not change it. */
export type HoldingsReader<Key, Released extends NotHeld> = Pick<
  Holdings<Key, Released>,
  'size' | 'get' | 'has' | 'released' | 'keys' | 'values' | 'allReleased' | typeof Symbol.iterator
>;

const isHeld = (entry: Reservation | NotHeld): entry is Reservation => entry.sinceMs !== undefined;
