export { type LedgerHarness, ledgerSuite } from './ledger-suite';
export { type ExecutedCommand, LedgerFault, MemoryLedger, type MemoryLedgerOptions } from './memory-ledger';
