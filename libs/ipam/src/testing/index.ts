export * from './invariants';
export * from './label-text';
export * from './scenario';
export type { ReferenceDecision } from './reference-holding';
export * from './reference-labels';
export * from './reference-subnet';
export * from './subnet-text';
export * from './user-text';
export * from './vip-use-text';
