// What the log says and the other side does not show yet: for each key the oldest fact that concerned it and is not in effect. So
// how far behind a projector is stays exact however long it stands still, and whatever is retried meanwhile. It keeps no more than
// one entry a key that is due, and it decides nothing.
import type { DueKey } from './due-keys';

/** A fact's place in the log. */
export interface FactPlace {
  readonly position: string;
  /** When it was recorded, epoch milliseconds. */
  readonly atMs: number;
}

/** What is not in effect. */
export interface Unprojected {
  /** Keys for which something is not. */
  readonly keys: number;
  /** When the oldest such fact was recorded, epoch milliseconds. */
  readonly sinceMs: number;
  /** Of the fact before it: everything up to there is in effect. `undefined`: it is the first that this process was told of. */
  readonly after: string | undefined;
}

interface Entry extends Omit<Unprojected, 'keys'> {
  /** Facts come in the log's order. */
  readonly ordinal: number;
}

export class Backlog {
  private readonly waiting = new Map<DueKey, Entry>();
  /** Those in flight: what is told of a key meanwhile waits for its next reconcile. */
  private readonly begun = new Map<DueKey, Entry>();
  private current: Entry = { ordinal: 0, sinceMs: 0, after: undefined };
  private lastPosition: string | undefined;
  /** The oldest of those whose keys are not known any more. */
  private forgotten: Entry | undefined;

  get unprojected(): Unprojected | undefined {
    const oldest = this.oldest();
    const keys = this.waiting.size + this.begun.size + Number(this.forgotten !== undefined);
    return oldest && { keys, sinceMs: oldest.sinceMs, after: oldest.after };
  }

  /** The next fact; `concerns` follows for each of its keys. */
  happened({ position, atMs }: FactPlace): void {
    this.current = { ordinal: this.current.ordinal + 1, sinceMs: atMs, after: this.lastPosition };
    this.lastPosition = position;
  }

  concerns(key: DueKey): void {
    if (!this.waiting.has(key)) this.waiting.set(key, this.current);
  }

  /** Which keys they were need not be known any more; the oldest of them is, until all is compared. */
  forgetKeys(): void {
    this.forgotten = this.oldest();
    this.waiting.clear();
    this.begun.clear();
  }

  /** All keys were compared: whatever was forgotten is in effect. */
  compared(): void {
    this.forgotten = undefined;
  }

  /** Something is under way for the key. */
  begin(key: DueKey): void {
    const entry = this.waiting.get(key);
    if (!entry) return;
    this.waiting.delete(key);
    this.begun.set(key, entry);
  }

  /** What was under way has taken effect. */
  landed(key: DueKey): void {
    this.begun.delete(key);
  }

  /** What was under way has not, or has to be looked at again. */
  failed(key: DueKey): void {
    const entry = this.begun.get(key);
    if (!entry) return;
    this.begun.delete(key);
    this.waiting.set(key, entry);
  }

  /** Compared, and nothing had to be done. */
  agrees(key: DueKey): void {
    this.waiting.delete(key);
  }

  private oldest(): Entry | undefined {
    let oldest = this.forgotten;
    for (const entries of [this.waiting, this.begun])
      for (const entry of entries.values()) if (!oldest || entry.ordinal < oldest.ordinal) oldest = entry;
    return oldest;
  }
}
