export { type ExecutedCommand, MemoryLedger } from './memory-ledger';
