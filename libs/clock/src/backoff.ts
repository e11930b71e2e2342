// How long to wait before the next try.
import type { Chance } from './chance';

export interface BackoffOptions {
  readonly firstMs: number;
  readonly maxMs: number;
}

/** Exponential backoff with full jitter: the n-th delay is uniform in [0, min(maxMs, firstMs * 2^n)). */
export class Backoff {
  private failures = 0;

  constructor(
    private readonly options: BackoffOptions,
    private readonly chance: Chance,
  ) {}

  nextDelayMs(): number {
    const ceilingMs = Math.min(this.options.maxMs, this.options.firstMs * 2 ** this.failures);
    if (ceilingMs < this.options.maxMs) this.failures += 1;
    return Math.floor(this.chance.random() * ceilingMs);
  }

  /** To be called after a success. */
  reset(): void {
    this.failures = 0;
  }
}
