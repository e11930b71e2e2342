// When the events of one stream happened, as far as their recorded times can be believed. A plane whose clock was years ahead
// recorded times that have not come yet, and one whose clock was behind recorded times from before; neither may decide what is
// late, cooling or over today. It judges times; what follows from them is for whoever folds.
import { CLOCK_SKEW_MAX_MS } from '@holdfast/clock';
import type { Version } from '../port/event-store';

/** Times that a clock was found wrong, in one stream. Planes that differ for ever take turns in it: beyond this they are one. */
const DISBELIEVED_MAX = 4096;

/** Events one after the other whose recorded times are not believed. */
interface Disbelieved {
  readonly from: Version;
  to: Version;
  /** When they happened at the latest. */
  atMs: number;
  /** Their times had not come yet; else they were before those of earlier events. */
  readonly isAhead: boolean;
}

export class EventTimes {
  /** The latest time that was believed. */
  private believedMs = -Infinity;
  /** Ascending; one for each time that a clock was wrong, hardly ever any. */
  private readonly disbelieved: Disbelieved[] = [];

  /**
   * To be called for each event, in order: when it happened. What was recorded for a time to come happened by now, and, once an
   * event follows that is believed, by then; what was recorded for a time before an earlier event's happened after that.
   * A time that is less than the one before says so of all that came before.
   * @param byMs whoever folds knows that it had happened by then: now, or when it began to look
   */
  next(version: Version, decidedAtMs: number, byMs: number): number {
    const last = this.disbelieved[this.disbelieved.length - 1];
    if (decidedAtMs > byMs + CLOCK_SKEW_MAX_MS) {
      const atMs = Math.max(byMs, this.believedMs);
      return this.disbelieve(version, atMs, true, last);
    }
    if (decidedAtMs < this.believedMs) {
      if (last?.isAhead && last.to === version - 1) last.atMs = this.believedMs;
      return this.disbelieve(version, this.believedMs, false, last);
    }
    this.believedMs = decidedAtMs;
    if (last?.isAhead && last.to === version - 1) last.atMs = Math.min(last.atMs, decidedAtMs);
    return decidedAtMs;
  }

  /** The same of an event that `next` was called for, as it is known by now. */
  of(version: Version, decidedAtMs: number): number {
    return this.disbelieved.find(({ from, to }) => from <= version && version <= to)?.atMs ?? decidedAtMs;
  }

  private disbelieve(
    version: Version,
    atMs: number,
    isAhead: boolean,
    last: Disbelieved | undefined,
  ): number {
    const goesOn = last && last.isAhead === isAhead && last.to === version - 1;
    if (goesOn || this.disbelieved.length >= DISBELIEVED_MAX)
      Object.assign(last as Disbelieved, { to: version, atMs });
    else this.disbelieved.push({ from: version, to: version, atMs, isAhead });
    return atMs;
  }
}
