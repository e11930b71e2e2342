// What moves a cluster over from Kube-OVN, and back: one run of import, and the hand-over of Northbound rows.
export { NorthboundHandOver, type HandedOver } from './northbound/northbound-hand-over';
export type { PortToGiveBack } from './northbound/plan-give-back';
export { isHeldBack } from './plan/held-back';
export type { ImportStep } from './plan/import-step';
export type { LedgerCallOutcome, LedgerCallRefusal, LedgerClient } from './run/ledger-client';
export { northboundRefusal } from './run/northbound-refusal';
export { compareReplyPositions } from './run/position';
export { holderText } from './run/record';
export {
  type ImportReport,
  nameOfPort,
  type ReportedConflict,
  type ReportedPort,
  type ReportedStep,
  type StepState,
} from './run/reported';
export { askingOf, requestJson } from './run/requests';
export { type ImportResult, runImport } from './run/run-import';
export {
  compareClaims,
  type KnownWithheld,
  partyText,
  type RecoveryRow,
  ROW_STATES,
  type RowState,
} from './recovery/compare';
export type { PlaneSide, PlaneSides, RecoveryPlane, SideDecision } from './recovery/recovery-plane';
export {
  type NamedHolder,
  type RecoveryOrder,
  type RecoveryReport,
  type RecoveryResult,
  type RefusedStep,
  runRecovery,
} from './recovery/run-recovery';
export type { RecoverySources, SeenSides } from './recovery/see-sides';
