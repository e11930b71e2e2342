// Time held by the test: nothing happens until it is advanced.
import type { Cancel, Clock } from '../clock';

interface Timer {
  readonly dueMs: number;
  readonly order: number;
  readonly run: () => void;
}

export class VirtualClock implements Clock {
  private elapsedMs = 0;
  private order = 0;
  private readonly timers = new Set<Timer>();

  constructor(private epochMs = Date.UTC(2026, 0, 1)) {}

  now(): number {
    return this.epochMs + this.elapsedMs;
  }

  monotonic(): number {
    return this.elapsedMs;
  }

  after(delayMs: number, run: () => void): Cancel {
    const timer = { dueMs: this.elapsedMs + delayMs, order: this.order++, run };
    this.timers.add(timer);
    return () => this.timers.delete(timer);
  }

  /** Steps the wall clock alone, as an administrator or NTP would; timers are not touched. */
  step(byMs: number): void {
    this.epochMs += byMs;
  }

  /** Lets `byMs` pass: due timers run in order of time, then of registration. */
  async advance(byMs: number): Promise<void> {
    const untilMs = this.elapsedMs + byMs;
    for (let next = this.earliest(untilMs); next; next = this.earliest(untilMs)) {
      this.elapsedMs = next.dueMs;
      this.timers.delete(next);
      next.run();
      await settle();
    }
    this.elapsedMs = untilMs;
    await settle();
  }

  private earliest(untilMs: number): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.timers) {
      if (timer.dueMs > untilMs) continue;
      if (!first || timer.dueMs < first.dueMs || (timer.dueMs === first.dueMs && timer.order < first.order))
        first = timer;
    }
    return first;
  }
}

/** Lets every promise that is already resolved run its continuations. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
