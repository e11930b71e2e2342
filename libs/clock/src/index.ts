export { type Cancel, type Clock, sleep, systemClock } from './clock';
export { CLOCK_SKEW_MAX_MS } from './clock-bound';
export { type Chance, systemChance } from './chance';
export { Backoff, type BackoffOptions } from './backoff';
