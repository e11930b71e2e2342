// The life of one process. When it ends, at whatever await, nothing of it goes on: its timers do not ring, and what it
// waits for never answers. Its objects are dropped; only what others keep of it stays.
import { type Clock, GuardedClock } from '@holdfast/clock';
import { RIGHT_WITHIN_MS } from '../engine/right-clock';
import type { Scheduler } from '../engine/scheduler';

/** Where every run begins: 2026-01-01T00:00:00Z. */
export const EPOCH_MS = Date.UTC(2026, 0, 1);

/** How far a machine's wall clock is off; outlives the processes on it. */
export interface WallClock {
  offMs: number;
}

export class Life {
  isOver = false;
  readonly clock: Clock;
  /** The same, for whoever holds it against others. */
  readonly guarded: GuardedClock;
  /** How far it was off, of all times that were asked for: at least and at most. */
  readonly offMs = { min: 0, max: 0 };

  constructor(
    readonly name: string,
    private readonly scheduler: Scheduler,
    wall: WallClock,
    /** Asked at each call of a port, before and after it has its effect: whether the process dies right there. */
    private readonly diesHere: () => boolean,
    private readonly onDeath: () => void,
  ) {
    const machine: Clock = {
      now: () => EPOCH_MS + scheduler.nowMs + wall.offMs,
      monotonic: () => scheduler.nowMs,
      after: (delayMs, run) => scheduler.after(delayMs, () => (this.isOver ? undefined : run())),
    };
    this.guarded = new GuardedClock(machine);
    this.clock = { ...machine, now: () => this.witnessed(this.guarded.now()) };
    this.offMs.min = this.offMs.max = wall.offMs;
  }

  /** Whether its clock was never off by more than seconds. */
  isRight(): boolean {
    return Math.max(this.offMs.max, -this.offMs.min) <= RIGHT_WITHIN_MS;
  }

  private witnessed(nowMs: number): number {
    const offMs = nowMs - EPOCH_MS - this.scheduler.nowMs;
    this.offMs.min = Math.min(this.offMs.min, offMs);
    this.offMs.max = Math.max(this.offMs.max, offMs);
    return nowMs;
  }

  end(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.onDeath();
  }

  /**
   * A call of the world outside: it takes `goingMs` to get there and `comingMs` to come back. It has its effect even
   * when the caller dies meanwhile, and then never answers.
   */
  call<Result>(goingMs: number, effect: () => Result | Promise<Result>, comingMs: number): Promise<Result> {
    if (this.diesHere()) this.end();
    if (this.isOver) return never();
    return new Promise((resolve, reject) => {
      const deliver = (settle: () => void): void => {
        if (this.diesHere()) this.end();
        if (this.isOver) return;
        if (comingMs > 0) this.scheduler.after(comingMs, () => (this.isOver ? undefined : settle()));
        else settle();
      };
      const perform = (): void => {
        const done = new Promise<Result>((answer) => answer(effect()));
        done.then(
          (result) => deliver(() => resolve(result)),
          (fault) => deliver(() => reject(fault as Error)),
        );
      };
      if (goingMs > 0) this.scheduler.after(goingMs, perform);
      else perform();
    });
  }
}

/** One for each who waits: a shared one would remember all of them, and their worlds, for ever. */
export const never = (): Promise<never> => new Promise(() => undefined);
