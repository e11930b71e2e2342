// Keys whose reconcile failed for want of a permission. Nobody tells when it is given back, so that some of them ask again every few
// seconds, no more than a server minds; and as soon as one succeeds, all of them do. Which permission it is, and
// whether it is the same for all, it does not know: those that are still forbidden come back here.
import type { Chance } from '@holdfast/clock';
import type { DueKey } from '../due/due-keys';

/** So long a key waits at least, and twice as long at most while they are few: whoever gives a permission back looks within 15 s. */
const RETRY_FIRST_MS = 5_000;
/** For each of more: some tens of them ask each second, so that some always ask within the next few. */
const RETRY_EACH_MS = 100;

export class ForbiddenKeys {
  private readonly keys = new Set<DueKey>();

  constructor(private readonly chance: Chance) {}

  /** The key is forbidden: in how many milliseconds it asks again. */
  retryInMs(key: DueKey): number {
    this.keys.add(key);
    const spreadMs = Math.max(RETRY_FIRST_MS, this.keys.size * RETRY_EACH_MS);
    return RETRY_FIRST_MS + Math.floor(this.chance.random() * spreadMs);
  }

  /** @returns whether it was forbidden */
  delete(key: DueKey): boolean {
    return this.keys.delete(key);
  }

  /** All of them; they are forbidden no more until that is found anew. */
  take(): readonly DueKey[] {
    const keys = [...this.keys];
    this.keys.clear();
    return keys;
  }
}
