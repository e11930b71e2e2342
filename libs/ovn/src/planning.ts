// For who plans what a projector would write, and is none: rows as they are there, and what they should be.
export { type KnownPort, type KnownRow, NorthboundRows, type RowListener } from './actual/northbound-rows';
export { OVN_Northbound, type OVN_Northbound_Tables } from './generated/northbound';
export type { Columns, DesiredRow } from './model/desired-row';
export { keysOfLedger } from './model/desired-rows';
export { LedgerRelations } from './model/ledger-relations';
export { kindOfKey, nameOf, northboundKey, partsOf, rowOwnerOf } from './model/row-keys';
export {
  type AnyRow,
  type GlobalRow,
  type OwnTable,
  type RowOf,
  type RowUuid,
  type SwitchPortRow,
  type SwitchRow,
  WATCHED,
  type WatchedTables,
} from './model/tables';
export { planKey } from './plan/plan-key';
export type { Plan } from './plan/plan';
export { TransactionBatch } from './plan/transaction-batch';
export { setKeys, type Write } from './plan/writes';
export { fence, globalRow, record, recordedIn } from './reconcile/mark';
