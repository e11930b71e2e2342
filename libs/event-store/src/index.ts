export * from './command-loop';
export * from './decider';
export * from './event-envelope';
export * from './event-store';
export { LoopFault } from './stream-loop';
export { APPEND_BYTES_MAX } from './appendable';
export { MemoryEventStore } from './memory-event-store';
