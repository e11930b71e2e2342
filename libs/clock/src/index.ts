export { type Cancel, type Clock, sleep, systemClock, type UptimeClock } from './clock';
export { CLOCK_SKEW_MAX_MS } from './clock-bound';
export { ComparedClock, type ComparedClockOptions } from './compared-clock';
export { type ClockChange, type ClockDoubt, GuardedClock } from './guarded-clock';
export { type OtherClock, type OtherReading, readOthers } from './other-clock';
export {
  type ClockFinding,
  findAgainst,
  IDLE_MAX_MS,
  PROGRAM_EPOCH_MS,
  type RecordedSpan,
} from './start-check';
export { type Chance, systemChance } from './chance';
export { Backoff, type BackoffOptions } from './backoff';
