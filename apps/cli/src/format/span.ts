// Spans of time as people type and read them: "2h30m", "300s", "0s".
import type { Duration } from '@bufbuild/protobuf/wkt';

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
  ['ms', 1],
] as const;

/** Six digits each, so that no sum is beyond what google.protobuf.Duration holds (10,000 years). */
const SPAN = /^(?:(\d{1,6})d)?(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,6})s)?(?:(\d{1,6})ms)?$/;

/** Whole numbers of d, h, m, s and ms, in that order. `undefined` when it is none. */
export function parseSpan(text: string): number | undefined {
  const counts = text === '' ? null : SPAN.exec(text);
  if (!counts) return undefined;
  return UNITS.reduce((sum, [, unitMs], at) => sum + Number(counts[at + 1] ?? 0) * unitMs, 0);
}

/** What `parseSpan` reads. */
export function formatSpan(ms: number): string {
  let left = ms;
  const parts = UNITS.flatMap(([unit, unitMs]) => {
    const count = Math.floor(left / unitMs);
    left -= count * unitMs;
    return count > 0 ? [`${count}${unit}`] : [];
  });
  return parts.join('') || '0s';
}

/** As a message's field. */
export const toDuration = (ms: number): { seconds: bigint; nanos: number } => ({
  seconds: BigInt(Math.floor(ms / 1000)),
  nanos: (ms % 1000) * 1_000_000,
});

export const tellDuration = ({ seconds, nanos }: Duration): string =>
  formatSpan(Number(seconds) * 1000 + Math.floor(nanos / 1_000_000));
