// The truth as Northbound rows. The reconciler is handed a ledger's view and a Northbound; it does not know the
// store.
export { NorthboundReconciler, type ReconcilerOptions } from './reconciler';
export { type NorthboundOptions, OvsdbNorthbound, PROJECTOR_LOCK } from './ovsdb-northbound';
export type { Northbound, NorthboundChange, NorthboundState, NorthboundWatcher } from './northbound';
export { type Binding, SouthboundBindings, type SouthboundOptions } from './southbound-bindings';
export type { BlockedKey, Projection, ProjectionReason } from './projections';
export type { Drift, ReconcilerStatus } from './status';
export type { ToldRow } from './told-row';
export type { Difference } from './diff';
export type { Conflict } from './self-check';
export {
  type Notice,
  type Obstacle,
  type ObstacleReason,
  SWITCH_LB_VIP_WAYS,
  type SwitchLbVip,
} from './plan';
export { ALLOWED_KEY, type DueKey, OWNER_KEY, PROXIED_KEY, type RowKey, VENDOR } from './ownership';
export { LEDGER_KEY, type LedgerMark, POSITION_KEY } from './checkpoint';
