// How far two clocks may be apart before one of them is wrong. One figure for all who compare clocks: a caller's with ours, the
// wall clock with the monotonic one, ours with another machine's, and a recorded time with now.

/** Clocks that anybody keeps are seconds apart; a minute is a broken one; five, as Kerberos has it, are beyond doubt. */
export const CLOCK_SKEW_MAX_MS = 5 * 60_000;
