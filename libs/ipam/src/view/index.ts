export * from './counts';
export * from './history-index';
export * from './ledger-view';
