export * from './address';
export * from './holder';
export * from './label-selector';
export * from './rejection';
export * from './subnet';
export * from './vip-name';
export * from './view';
