export * from './counts';
export * from './ledger-view';
