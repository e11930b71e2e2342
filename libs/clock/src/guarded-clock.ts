// The wall clock, held against the monotonic one. Whoever decides with it never sees a step of more than the bound: an
// administrator's slip, a dead battery, a bad time server. Then time goes on from the last good reading, as fast as the monotonic
// clock, until the wall clock is back where it should be or another clock agrees with it. It never says which of two is right.
import type { Cancel, Clock, UptimeClock } from './clock';
import { CLOCK_SKEW_MAX_MS } from './clock-bound';

/** Small steps, such as a time server makes, are forgiven at this rate: a clock that is five minutes off a day is kept by nobody. */
const FORGIVEN_MS_PER_MS = CLOCK_SKEW_MAX_MS / (24 * 3_600_000);
/** The two that count a machine's uptime are read one after the other, and one of them in hundredths of a second. */
const SLEPT_MIN_MS = 1_000;
/** How often it looks when nobody asks for the time. */
const LOOK_EVERY_MS = 1_000;

/** The wall clock stepped, and is not believed. */
export interface ClockDoubt {
  /** By the time that goes on meanwhile, epoch milliseconds. */
  readonly sinceMs: number;
  /** How far the wall clock is ahead of that, milliseconds; negative: behind. */
  readonly offMs: number;
}

export type ClockChange =
  /** It stepped, and is not believed. */
  | { readonly is: 'stepped'; readonly offMs: number }
  /** It is back. */
  | { readonly is: 'back' }
  /** Another clock agrees with it, and it is believed again. */
  | { readonly is: 'confirmed'; readonly offMs: number };

export class GuardedClock implements Clock {
  /** A reading of both at one moment, when the wall clock was good. */
  private good: { wallMs: number; monotonicMs: number };
  /** By how much the uptime is more than the monotonic clock; it grows while the machine sleeps. */
  private asleepMs: number;
  private doubted: ClockDoubt | undefined;
  private readonly listeners = new Set<(change: ClockChange) => void>();

  constructor(private readonly inner: UptimeClock) {
    this.good = this.reading();
    this.asleepMs = this.sleep();
  }

  /** Epoch milliseconds, whole; may step by up to the bound, either way. */
  now(): number {
    const wallMs = this.inner.now();
    const monotonicMs = this.inner.monotonic();
    const heldMs = this.good.wallMs + (monotonicMs - this.good.monotonicMs);
    if (Math.abs(wallMs - heldMs) > CLOCK_SKEW_MAX_MS) return this.doubt();
    this.forgive(wallMs - heldMs, monotonicMs);
    if (this.doubted) this.over({ is: 'back' });
    return wallMs;
  }

  monotonic(): number {
    return this.inner.monotonic();
  }

  after(delayMs: number, run: () => void): Cancel {
    return this.inner.after(delayMs, run);
  }

  /** What is wrong with the wall clock, if anything is. */
  get inDoubt(): ClockDoubt | undefined {
    this.now();
    return this.doubted;
  }

  /** What the wall clock says, believed or not: to be compared with others. */
  wall(): number {
    return this.inner.now();
  }

  /** Another clock, whose owner keeps it for itself, agrees with the wall clock: it is right, wherever it came from. */
  confirm(): void {
    const offMs = this.inDoubt?.offMs;
    this.good = this.reading();
    if (offMs !== undefined) this.over({ is: 'confirmed', offMs });
  }

  onChange(listener: (change: ClockChange) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Looks on its own until that is cancelled, so that a step is known also where nobody asks for the time. */
  watch(): Cancel {
    let cancel: Cancel = () => undefined;
    const look = (): void => {
      this.now();
      cancel = this.inner.after(LOOK_EVERY_MS, look);
    };
    look();
    return () => cancel();
  }

  private reading(): { wallMs: number; monotonicMs: number } {
    return { wallMs: this.inner.now(), monotonicMs: this.inner.monotonic() };
  }

  private sleep(): number {
    const uptimeMs = this.inner.uptime?.();
    return uptimeMs === undefined ? 0 : uptimeMs - this.inner.monotonic();
  }

  /** Small differences move the good reading after them, slowly, so that many small steps make no big one. */
  private forgive(offMs: number, monotonicMs: number): void {
    const { good } = this;
    const elapsedMs = monotonicMs - good.monotonicMs;
    const atMostMs = elapsedMs * FORGIVEN_MS_PER_MS;
    good.wallMs += elapsedMs + Math.max(-atMostMs, Math.min(atMostMs, offMs));
    good.monotonicMs = monotonicMs;
  }

  /** The time that goes on instead. */
  private doubt(): number {
    this.addSleep();
    const { wallMs, monotonicMs } = this.reading();
    const heldMs = Math.round(this.good.wallMs + (monotonicMs - this.good.monotonicMs));
    const offMs = wallMs - heldMs;
    if (Math.abs(offMs) <= CLOCK_SKEW_MAX_MS) {
      if (this.doubted) this.over({ is: 'back' });
      return wallMs;
    }
    const isNews = !this.doubted;
    this.doubted = { sinceMs: this.doubted?.sinceMs ?? heldMs, offMs };
    if (isNews) this.tell({ is: 'stepped', offMs });
    return heldMs;
  }

  /** A machine that slept has a wall clock that went on, and a monotonic one that did not: that is no step. */
  private addSleep(): void {
    const asleepMs = this.sleep();
    if (asleepMs - this.asleepMs < SLEPT_MIN_MS) return;
    this.good.wallMs += asleepMs - this.asleepMs;
    this.asleepMs = asleepMs;
  }

  private over(change: ClockChange): void {
    this.doubted = undefined;
    this.tell(change);
  }

  private tell(change: ClockChange): void {
    for (const listener of this.listeners) listener(change);
  }
}
