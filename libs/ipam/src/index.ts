export * from './address';
export * from './holder';
export * from './label';
export * from './rejection';
export * from './subnet';
export * from './ledger-record';
export * from './vip-name';
export * from './view';
