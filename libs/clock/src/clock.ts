// The only way to time. Nothing else in the product reads the system clock or sets a timer, so that a
// simulation can hold time in its hand.
import { uptime } from 'node:os';

/** Undoes a scheduled call; calling it again, or after the call ran, does nothing. */
export type Cancel = () => void;

export interface Clock {
  /** Wall-clock time, milliseconds since the Unix epoch. May step backwards. */
  now(): number;
  /** Milliseconds from an arbitrary origin; never steps backwards. */
  monotonic(): number;
  /** Calls `run` once, `delayMs` (>= 0) from now. */
  after(delayMs: number, run: () => void): Cancel;
}

/** A clock that also knows for how long the machine has been up. */
export interface UptimeClock extends Clock {
  /** As `monotonic`, and it goes on while the machine sleeps; absent: not to be had here. */
  uptime?(): number;
}

export const systemClock: UptimeClock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  uptime: () => uptime() * 1000,
  after: (delayMs, run) => {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};

/** Resolves after `delayMs`, or at once (also without error) when `signal` is or becomes aborted. */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const wake = (): void => {
      cancel();
      signal?.removeEventListener('abort', wake);
      resolve();
    };
    const cancel = clock.after(delayMs, wake);
    signal?.addEventListener('abort', wake);
  });
}
