export * from './fence-reason';
export * from './ledger-record';
export * from './ledger-mark';
