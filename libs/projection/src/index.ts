// The one loop of every projector, and what projectors have in common besides. It knows no Kubernetes and no OVN.
export type { Due, DueKey, DueOptions } from './due/due-keys';
export { Fence, type FenceOptions, type FenceState } from './fence/fence';
export type { MarkedLedger } from './fence/marked-ledger';
export { DeletionGuard, type GuardedObject, type HeldForObjects } from './guard/deletion-guard';
export {
  HELD_BACK_NAMES_MAX,
  type HeldBack,
  MISSING_CODE,
  overrideReply,
  type OverrideReply,
} from './guard/held-back';
export { BEHIND_RETRY_MS, executeAndSee, type Execution } from './execute';
export type { ReconcileFault } from './loop/fault';
export {
  oneByOne,
  type ReconcileBatch,
  ReconcileLoop,
  type ReconcileLoopOptions,
  type ReconcileTiming,
} from './loop/reconcile-loop';
export { ProjectorLoop, type ProjectorLoopOptions } from './projector-loop';
export { ActiveRejections } from './rejection/active-rejections';
export { projectorStatus, type ProjectorStatus } from './status/projector-status';
export type { FactPlace, Unprojected } from './due/backlog';
export { type ProjectorFault, type ProjectorTrouble, Troubles } from './status/troubles';
