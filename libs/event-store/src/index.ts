export * from './command-loop/command-loop';
export * from './command-loop/decider';
export * from './envelope/event-envelope';
export * from './port/event-store';
export { LoopFault } from './command-loop/stream-loop';
export { APPEND_BYTES_MAX } from './port/appendable';
export { MemoryEventStore } from './memory-event-store';
