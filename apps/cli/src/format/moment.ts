// Moments as people type and read them: RFC 3339, how long ago, or now. Told in UTC, to the millisecond.
import type { Timestamp } from '@bufbuild/protobuf/wkt';
import { parseSpan } from './span';

const RFC_3339 =
  /^(\d{4}-\d{2}-\d{2})[Tt](?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?(?:[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;

export const MOMENT_EXPECTED =
  'Expected a time such as 2026-01-31T14:05:00Z, how long ago, such as -2h30m, or now';

/** Epoch milliseconds, 0 or more; `undefined` when it is none of these, or before 1970. */
export function parseMoment(text: string, nowMs: number): number | undefined {
  if (text === 'now') return nowMs;
  const ms = text.startsWith('-') ? nowMs - (parseSpan(text.slice(1)) ?? NaN) : parseRfc3339(text);
  return ms >= 0 ? ms : undefined;
}

function parseRfc3339(text: string): number {
  const [, day] = RFC_3339.exec(text) ?? [];
  return day !== undefined && isDay(day) ? Date.parse(text.toUpperCase()) : NaN;
}

/** Date.parse takes 30 February for 2 March. */
function isDay(text: string): boolean {
  const ms = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text);
}

export const formatMoment = (ms: number): string => new Date(ms).toISOString();

/** As a message's field. */
export const toTimestamp = (ms: number): { seconds: bigint; nanos: number } => {
  const seconds = Math.floor(ms / 1000);
  return { seconds: BigInt(seconds), nanos: (ms - seconds * 1000) * 1_000_000 };
};

export const tellTimestamp = ({ seconds, nanos }: Timestamp): string =>
  formatMoment(Number(seconds) * 1000 + Math.floor(nanos / 1_000_000));
