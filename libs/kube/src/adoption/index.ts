export type { Source } from './claim';
export type { ClusterObjects } from './cluster-objects';
export type { Conflict, ConflictCode, Party } from './conflict';
export { importActor, importedUid } from './import-actor';
export { refusedByLedger } from './ledger-conflict';
export type { LedgerContents, LedgerReservation, LedgerSubnet, LedgerVip } from './ledger-contents';
export { type AdoptionPlan, type AdoptionStep, planAdoption } from './plan';
export { readCluster, type ReadClusterOptions } from './read-cluster';
export type { AdoptionOrder } from './rehearsal';
