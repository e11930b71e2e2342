// Moments and spans of time. JSON's are checked where they are read; those of the binary form only here.
import { type Duration, type Timestamp, durationMs } from '@bufbuild/protobuf/wkt';
import { type Checked, bad, valid } from '../checked';

/** The end of the year 9999, where RFC 3339 and google.protobuf.Timestamp end. */
const TIMESTAMP_MAX_MS = 253_402_300_799_999;
const NANOS_MAX = 999_999_999;

/** Epoch milliseconds; what is finer is dropped. */
export function timestampField(field: string, value: Timestamp): Checked<number> {
  const ms = Number(value.seconds) * 1000 + Math.floor(value.nanos / 1_000_000);
  const isSane = value.nanos >= 0 && value.nanos <= NANOS_MAX && ms >= 0 && ms <= TIMESTAMP_MAX_MS;
  return isSane ? valid(ms) : bad(field, 'expected a time from the years 1970 to 9999');
}

/** A year: longer is a typing error, not a policy. The Subnet says the same. */
const COOLING_MAX_MS = 366 * 24 * 3_600_000;

export function cooling(field: string, value: Duration | undefined): Checked<number | undefined> {
  if (!value) return valid(undefined);
  const ms = durationMs(value);
  const isSane = value.nanos >= 0 && value.nanos <= NANOS_MAX && ms >= 0 && ms <= COOLING_MAX_MS;
  const isWhole = value.nanos % 1_000_000 === 0;
  return isSane && isWhole
    ? valid(ms)
    : bad(field, 'expected a duration of whole milliseconds from 0 to 366 days, such as "300s"');
}
