// Messages between clients and the ledger's transports: lost, slow, doubled, out of order, and now and then hours late. Who
// gets a request is found out when it arrives; when nobody is there it is lost.
import type { SeededFaults } from '../engine/faults';
import type { Scheduler } from '../engine/scheduler';

const USUAL_MS = 8;
/** A late duplicate comes after so long at most: longer than any window in which commands are remembered here. */
const LATE_MAX_MS = 30 * 60_000;

export class Bus {
  constructor(
    private readonly scheduler: Scheduler,
    private readonly faults: SeededFaults,
  ) {}

  /** @param what it is, to tell its faults from others' */
  send(deliver: () => void, what = ''): void {
    const faults = this.faults.of(what);
    if (!faults.strikes('bus-loss')) this.deliverIn(faults.delayMs(USUAL_MS, 'bus-slow'), deliver);
    while (faults.strikes('bus-duplicate')) this.deliverIn(faults.delayMs(USUAL_MS, 'bus-slow'), deliver);
    if (faults.strikes('bus-late-duplicate'))
      this.deliverIn(Math.ceil(LATE_MAX_MS * faults.random() ** 3), deliver);
  }

  private deliverIn(delayMs: number, deliver: () => void): void {
    this.scheduler.after(delayMs, deliver);
  }
}
