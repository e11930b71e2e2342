// For who plans what a projector would write, and is none: rows as they are there, and what they should be.
export { fence, globalRow, judge, record, recordedIn } from './checkpoint';
export { keysOfLedger } from './concern';
export type { DesiredRow } from './desired';
export type { Columns } from './diff';
export { OVN_Northbound, type OVN_Northbound_Tables } from './generated/northbound';
export { LedgerIndex } from './ledger-index';
export { type Concern, type KnownPort, type KnownRow, NorthboundRows } from './northbound-rows';
export {
  type AnyRow,
  type GlobalRow,
  type OwnTable,
  type PortRow,
  type RowOf,
  type RowUuid,
  type SwitchRow,
  WATCHED,
  type WatchedTables,
} from './northbound';
export { kindOf, nameOf, ownerOf, partsOf, vipKeyOf } from './ownership';
export { Batch, type Plan } from './plan';
export { planners } from './planners';
export { setKeys, type Write } from './writes';
