// Whether a process may begin to record with the clock that its machine has. Time that went by since the last event is no proof:
// a ledger may be idle for months. So another clock is asked, and only where there is none, what was recorded.
import { CLOCK_SKEW_MAX_MS } from './clock-bound';
import { type OtherReading, contradiction } from './other-clock';

/** Without another clock: nobody leaves a ledger alone for so long, and who does can say that the clock is right. */
export const IDLE_MAX_MS = 366 * 24 * 3_600_000;
/** Nobody ran this program before. */
export const PROGRAM_EPOCH_MS = Date.UTC(2026, 0, 1);

/** What was recorded, by clocks that may have been wrong; epoch milliseconds. */
export interface RecordedSpan {
  /** The latest that is not ahead of the clock. */
  readonly latestMs?: number;
  /** The latest that is. */
  readonly aheadMs?: number;
}

export type ClockFinding =
  /** Another clock says something else. */
  | { readonly is: 'contradicted'; readonly by: OtherReading }
  /** No other clock, and nothing was recorded for so long. */
  | { readonly is: 'idle-too-long'; readonly latestMs: number }
  /** No other clock, everything was recorded later, and the clock is behind this program's own age. */
  | { readonly is: 'before-all'; readonly aheadMs: number };

/** What speaks against the clock; undefined: nothing. */
export function findAgainst(
  wallMs: number,
  readings: readonly OtherReading[],
  { latestMs, aheadMs }: RecordedSpan,
): ClockFinding | undefined {
  const by = contradiction(readings);
  if (by) return { is: 'contradicted', by };
  if (readings.length > 0) return undefined;
  if (latestMs !== undefined && wallMs - latestMs > IDLE_MAX_MS) return { is: 'idle-too-long', latestMs };
  const isBeforeAll = latestMs === undefined && aheadMs !== undefined && aheadMs - wallMs > IDLE_MAX_MS;
  // A clock of today before a record of tomorrow is the right one of the two.
  if (isBeforeAll && wallMs < PROGRAM_EPOCH_MS - CLOCK_SKEW_MAX_MS) return { is: 'before-all', aheadMs };
  return undefined;
}
