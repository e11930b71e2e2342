// Compares the guarded clock with others for as long as a process lives: what they say ends a doubt, and is told where it is a
// contradiction. Whether that ends the process is for whoever runs it.
import { CLOCK_SKEW_MAX_MS } from './clock-bound';
import type { GuardedClock } from './guarded-clock';
import { type OtherClock, type OtherReading, agrees, contradiction, readOthers } from './other-clock';

/** Between comparisons: a clock that nobody looks at is off for so long at most before it is told. */
const COMPARE_EVERY_MS = 30_000;
/** The same while the wall clock is in doubt, or no other was ever to be had. */
const DOUBT_EVERY_MS = 5_000;

export interface ComparedClockOptions {
  readonly clock: GuardedClock;
  readonly others: readonly OtherClock[];
  /** What the others say is another thing than before; `isFirst`: none had been to be had since the start. */
  readonly onContradiction?: (by: OtherReading, isFirst: boolean) => void;
  /** They agree again. */
  readonly onAgreement?: (by: OtherReading) => void;
}

export class ComparedClock {
  /** The last that agreed. */
  agreed: OtherReading | undefined;
  /** What they say against the wall clock. While that is in doubt anyway they say nothing new. */
  contradicted: OtherReading | undefined;
  /** By name: what each said, and when by our time, when there was last no doubt. */
  private readonly before = new Map<string, { readonly atMs: number; readonly ourMs: number }>();
  private cancel = (): void => undefined;
  private isStopped = false;
  private isCompared = false;

  constructor(private readonly options: ComparedClockOptions) {}

  /** For the start, which judges by itself: compares, and calls nobody. */
  async first(): Promise<readonly OtherReading[]> {
    const readings = await this.read();
    this.take(readings);
    return readings;
  }

  async compare(): Promise<void> {
    const [isFirst, wasContradicted] = [!this.isCompared, this.contradicted !== undefined];
    const readings = await this.read();
    if (this.isStopped) return;
    this.take(readings);
    const { contradicted, agreed, options } = this;
    if (contradicted && !wasContradicted) options.onContradiction?.(contradicted, isFirst);
    if (!contradicted && wasContradicted && agreed) options.onAgreement?.(agreed);
  }

  /** Goes on comparing. */
  watch(): void {
    const { clock, others } = this.options;
    if (this.isStopped || others.length === 0) return;
    const isUrgent = clock.inDoubt !== undefined || !this.isCompared;
    this.cancel = clock.after(isUrgent ? DOUBT_EVERY_MS : COMPARE_EVERY_MS, () => {
      void this.compare().then(() => this.watch());
    });
  }

  stop(): void {
    this.isStopped = true;
    this.cancel();
  }

  private read(): Promise<OtherReading[]> {
    const { clock, others } = this.options;
    return readOthers(others, clock, () => clock.wall());
  }

  private take(readings: readonly OtherReading[]): void {
    if (readings.length === 0) return;
    const { clock } = this.options;
    const isInDoubt = clock.inDoubt !== undefined;
    this.isCompared = true;
    const by = contradiction(readings);
    this.contradicted = isInDoubt ? undefined : by;
    const agreeing = readings.find((reading) => agrees(reading) && !this.steppedWithUs(reading));
    if (agreeing) {
      this.agreed = agreeing;
      clock.confirm();
    }
    if (isInDoubt && !agreeing) return;
    for (const { name, atMs } of readings) this.before.set(name, { atMs, ourMs: clock.now() });
  }

  /** The clock of one's own machine agrees with every step of it. */
  private steppedWithUs({ name, atMs, isOurMachine }: OtherReading): boolean {
    const before = this.before.get(name);
    if (!isOurMachine || !before) return false;
    const expectedMs = before.atMs + (this.options.clock.now() - before.ourMs);
    return Math.abs(atMs - expectedMs) > CLOCK_SKEW_MAX_MS;
  }
}
