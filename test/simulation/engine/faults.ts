// The faults of one run: which strike, and how often they did. In the second phase nothing strikes any more.
import type { SeededChance } from '@holdfast/clock/testing';
import { Draws } from './draws';
import { type FaultKind, NO_FAULTS, type Rates } from './swarm';

/** The faults of one call or place, under its name. */
export interface FaultsOf {
  strikes(fault: FaultKind): boolean;
  delayMs(usualMs: number, slow: FaultKind): number;
  /** Of what the fault is like. */
  random(): number;
}

export class SeededFaults {
  readonly injected = new Map<FaultKind, number>();
  private isHealed = false;

  constructor(
    readonly chance: SeededChance,
    private rates: Rates,
    private readonly draws = new Draws(),
  ) {}

  /** Whether it strikes now. Chance is spent only on kinds that are not off. */
  strikes(fault: FaultKind, of = ''): boolean {
    if (this.isHealed || !this.draws.strike(`${fault} ${of}`, () => this.drawn(fault))) return false;
    this.injected.set(fault, (this.injected.get(fault) ?? 0) + 1);
    return true;
  }

  /** From now on none strikes. */
  heal(): void {
    this.isHealed = true;
    this.rates = NO_FAULTS;
  }

  /** A delay that is short nearly always and long now and then, milliseconds. */
  delayMs(usualMs: number, slow: FaultKind, of = ''): number {
    const ms = this.random(`${of} takes`) * usualMs;
    return Math.ceil(this.strikes(slow, of) ? ms * 200 : ms);
  }

  /** @param of what the fault is like */
  random(of = ''): number {
    return this.draws.number(of, () => this.chance.random());
  }

  of(what: string): FaultsOf {
    return {
      strikes: (fault) => this.strikes(fault, what),
      delayMs: (usualMs, slow) => this.delayMs(usualMs, slow, what),
      random: () => this.random(what),
    };
  }

  private drawn(fault: FaultKind): boolean {
    const rate = this.rates[fault];
    return rate !== 0 && this.chance.random() < rate;
  }
}
