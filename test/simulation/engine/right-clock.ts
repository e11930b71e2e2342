// Which clocks a checker takes for right.
import { CLOCK_SKEW_MAX_MS } from '@holdfast/clock';

/** A clock is right that is off by seconds; two of them then still believe each other. */
export const RIGHT_WITHIN_MS = CLOCK_SKEW_MAX_MS / 2;
