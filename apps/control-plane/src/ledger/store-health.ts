// Whether the store can record anything, for whoever tells how the process is, or ends it. A store that cannot for a while
// (a full disk) leaves the process serving what it knows; one that never will again leaves it nothing to do.
import { type EventStore, type StoreFault, type TellsTrouble, tellsTrouble } from '@holdfast/event-store';
import { Logger } from '@nestjs/common';

export class StoreHealth {
  private readonly log = new Logger('store');
  private readonly told: TellsTrouble | undefined;
  private wasInTrouble = false;
  /** Resolves with why, once the store records nothing any more. */
  readonly failed: Promise<StoreFault>;

  constructor(store: EventStore) {
    this.told = tellsTrouble(store) ? store : undefined;
    this.failed = new Promise((resolve) => {
      this.onChange(({ trouble }) => {
        this.logChange(trouble);
        if (trouble?.retryable === false) resolve(trouble);
      });
    });
  }

  /** Why nothing can be recorded, if so. */
  get trouble(): StoreFault | undefined {
    return this.told?.trouble;
  }

  /** Whether that is for good. */
  get hasFailed(): boolean {
    return this.trouble?.retryable === false;
  }

  /** As probes tell it. */
  get says(): string | undefined {
    return this.trouble && `${this.trouble.code}: ${this.trouble.message}`;
  }

  onChange(listener: (health: StoreHealth) => void): void {
    this.told?.onTrouble(() => listener(this));
  }

  private logChange(trouble: StoreFault | undefined): void {
    if (trouble?.retryable === false) return;
    if (trouble)
      this.log.warn({ msg: 'the store records nothing now', code: trouble.code, fault: trouble.message });
    else if (this.wasInTrouble) this.log.warn({ msg: 'the store records again' });
    this.wasInTrouble = trouble !== undefined;
  }
}
