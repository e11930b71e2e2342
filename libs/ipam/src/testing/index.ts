export * from './invariants';
export * from './scenario';
export * from './reference-labels';
export * from './reference-subnet';
export * from './subnet-text';
export * from './user-text';
export * from './vip-use-text';
