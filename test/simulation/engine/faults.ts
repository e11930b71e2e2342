// The faults of one run: which strike, and how often they did. In the second phase nothing strikes any more.
import type { SeededChance } from '@holdfast/clock/testing';
import { type FaultKind, NO_FAULTS, type Rates } from './swarm';

export class SeededFaults {
  readonly injected = new Map<FaultKind, number>();

  constructor(
    readonly chance: SeededChance,
    private rates: Rates,
  ) {}

  /** Whether it strikes now. Chance is spent only on kinds that are not off. */
  strikes(fault: FaultKind): boolean {
    const rate = this.rates[fault];
    if (rate === 0 || this.chance.random() >= rate) return false;
    this.injected.set(fault, (this.injected.get(fault) ?? 0) + 1);
    return true;
  }

  /** From now on none strikes. */
  heal(): void {
    this.rates = NO_FAULTS;
  }

  /** A delay that is short nearly always and long now and then, milliseconds. */
  delayMs(usualMs: number, slow: FaultKind): number {
    const ms = this.chance.random() * usualMs;
    return Math.ceil(this.strikes(slow) ? ms * 200 : ms);
  }
}
