export { type Cancel, type Clock, sleep, systemClock } from './clock';
export { type Chance, systemChance } from './chance';
export { Backoff, type BackoffOptions } from './backoff';
