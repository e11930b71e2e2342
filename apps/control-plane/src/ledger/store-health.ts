// Whether the store can record anything, for whoever tells how the process is, or ends it. A store that cannot for a while
// (a full disk) leaves the process serving what it knows; one that never will again leaves it nothing to do.
import { type EventStore, type StoreFault, type TellsTrouble, tellsTrouble } from '@holdfast/event-store';

export class StoreHealth {
  private readonly source: TellsTrouble | undefined;
  /** Resolves with why, once the store records nothing any more. */
  readonly failed: Promise<StoreFault>;

  constructor(store: EventStore) {
    this.source = tellsTrouble(store) ? store : undefined;
    this.failed = new Promise((resolve) => {
      this.onChange(({ trouble }) => {
        if (trouble?.retryable === false) resolve(trouble);
      });
    });
  }

  /** Whether `trouble` knows, also while nobody records anything. */
  get tellsItself(): boolean {
    return this.source !== undefined;
  }

  /** Why nothing can be recorded, if so. */
  get trouble(): StoreFault | undefined {
    return this.source?.trouble;
  }

  /** Whether that is for good. */
  get hasFailed(): boolean {
    return this.trouble?.retryable === false;
  }

  onChange(listener: (health: StoreHealth) => void): void {
    this.source?.onTrouble(() => listener(this));
  }
}
