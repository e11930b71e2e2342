export * from './definition';
export * from './events';
export * from './parent';
export * from './reservation';
export * from './retention';
export * from './rule';
export * from './user';
export * from './vip';
