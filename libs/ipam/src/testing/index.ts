export * from './invariants';
export * from './scenario';
export * from './slow-subnet';
export * from './subnet-text';
export * from './user-text';
export * from './vip-use-text';
