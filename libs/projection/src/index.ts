export { DueQueue, type Fault } from './due-queue';
export { reliefOf } from './helping-facts';
export type { ProjectorLedger, LedgerCommand } from './ledger';
export { MISSING_CODE, type MissingAnswer } from './missing-answer';
export { Refusals } from './refusals';
export { type FaceFault, Troubles } from './troubles';
