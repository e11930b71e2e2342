export * from './address';
export * from './holder';
export * from './label';
export * from './rejection';
export * from './subnet';
export * from './vip-name';
export * from './view';
