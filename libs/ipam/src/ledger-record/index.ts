export * from './ledger-record';
export * from './ledger-mark';
