// The truth as Northbound rows. The reconciler is handed a ledger's view and a Northbound; it does not know the
// store.
export { NorthboundReconciler, type ReconcilerOptions } from './reconcile/reconciler';
export { type NorthboundOptions, OvsdbNorthbound, PROJECTOR_LOCK } from './actual/ovsdb-northbound';
export type { Northbound, NorthboundChange, NorthboundState, NorthboundWatcher } from './actual/northbound';
export { type VipBinding, SouthboundBindings, type SouthboundOptions } from './actual/southbound-bindings';
export type { BlockedKey, RowProjection, ProjectionReason } from './reconcile/row-projections';
export type { Drift, ReconcilerStatus } from './reconcile/status';
export type { RowSummary } from './actual/row-summary';
export type { RowDifference } from './actual/row-difference';
export type { RowConflict } from './actual/self-check';
export { type Notice, type Obstacle, type ObstacleReason } from './plan/plan';
export { SWITCH_LB_VIP_WAYS, type SwitchLbVip } from './model/ledger-state';
export {
  ALLOWED_KEY,
  type NorthboundKey,
  OWNER_KEY,
  PROXIED_KEY,
  type RowKey,
  VENDOR,
} from './model/row-keys';
export { readNorthboundMark } from './reconcile/read-mark';
export { LEDGER_KEY, POSITION_KEY } from './reconcile/mark';
