export { type ExecutedOrder, MemoryLedger } from './memory-ledger';
