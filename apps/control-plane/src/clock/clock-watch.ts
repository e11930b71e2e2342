// Whether this machine's clock may be recorded with: asked once before anything is, and watched from then on. What it finds is told
// in status, readiness and log. A clock that the first other one to be had contradicts ends the process, as it would have ended its
// start; any later contradiction may be the other's fault, and is only told.
import {
  type ClockChange,
  ComparedClock,
  findAgainst,
  type OtherClock,
  type OtherReading,
} from '@holdfast/clock';
import type { LedgerReader, RecordedTimes } from '@holdfast/ledger';
import { Logger, type OnApplicationShutdown } from '@nestjs/common';
import { aheadText, contradictionText, doubtText, spanText, startFaultText } from './clock-words';
import { planeClock } from './plane-clock';

/** The clock is not to be recorded with. */
export class ClockFault extends Error {
  override readonly name = 'ClockFault';
  readonly code = 'clock-wrong';
  readonly retryable = false;
}

export interface ClosableClock extends OtherClock {
  close?(): Promise<void>;
}

export interface ClockWatchOptions {
  readonly others: readonly ClosableClock[];
  /** Somebody said that the clock is right, whatever speaks against it. */
  readonly isAccepted: boolean;
}

export class ClockWatch implements OnApplicationShutdown {
  /** Resolves with why, once it is known that all was recorded with a wrong clock: the process is to be stopped. */
  readonly failed: Promise<ClockFault>;
  private readonly log = new Logger('clock');
  private readonly compared: ComparedClock;
  private fail: (fault: ClockFault) => void = () => undefined;
  private stopWatching = (): void => undefined;
  private ledger: Pick<LedgerReader, 'times' | 'clockSetBack'> | undefined;

  constructor(private readonly options: ClockWatchOptions) {
    this.failed = new Promise((resolve) => (this.fail = resolve));
    this.compared = new ComparedClock({
      ...{ clock: planeClock, others: options.others },
      onContradiction: (by, isFirst) => this.isContradicted(by, isFirst),
      onAgreement: ({ name }) => this.log.warn({ msg: 'the clocks agree again', with: name }),
    });
  }

  /** To be called when the log was read, and before anything is recorded. @throws ClockFault */
  async begin(ledger: Pick<LedgerReader, 'times' | 'clockSetBack'>): Promise<void> {
    const readings = await this.compared.first();
    const wallMs = planeClock.wall();
    const finding = findAgainst(wallMs, readings, ledger.times);
    if (finding && !this.options.isAccepted) throw new ClockFault(startFaultText(wallMs, finding));
    if (finding) this.log.warn({ msg: 'the clock was accepted', against: startFaultText(wallMs, finding) });
    this.ledger = ledger;
    const ends = [planeClock.onChange((change) => this.hasChanged(change)), planeClock.watch()];
    this.stopWatching = () => ends.forEach((end) => end());
    this.compared.watch();
  }

  /** What is wrong with the clock now. */
  trouble(): string | undefined {
    const { inDoubt } = planeClock;
    if (inDoubt) return doubtText(inDoubt);
    const { contradicted } = this.compared;
    return contradicted && contradictionText(contradicted);
  }

  /** What is so, and keeps nothing from going on. */
  notes(): readonly string[] {
    const { aheadMs }: RecordedTimes = this.ledger?.times ?? {};
    return aheadMs !== undefined && aheadMs > planeClock.now() ? [aheadText(aheadMs)] : [];
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopWatching();
    this.compared.stop();
    await Promise.all(this.options.others.map((other) => other.close?.()));
  }

  private isContradicted(by: OtherReading, isFirst: boolean): void {
    if (!isFirst || this.options.isAccepted)
      return this.log.error({ msg: 'another clock contradicts', fault: contradictionText(by) });
    this.fail(new ClockFault(startFaultText(planeClock.wall(), { is: 'contradicted', by })));
  }

  private hasChanged(change: ClockChange): void {
    if (change.is === 'stepped')
      return this.log.error({ msg: 'the clock stepped', fault: this.trouble() ?? spanText(change.offMs) });
    if (change.is === 'back') return this.log.warn({ msg: 'the clock is back' });
    this.log.warn({ msg: 'another clock confirms the step; it is taken', step: spanText(change.offMs) });
    if (change.offMs < 0) this.ledger?.clockSetBack();
  }
}
