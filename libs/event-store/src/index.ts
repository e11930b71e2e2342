export * from './command-loop';
export * from './decider';
export * from './event-envelope';
export * from './event-store';
export { LoopFault } from './stream-loop';
