// The ledger: commands in, facts out. Execute a command, follow the log, ask the view and the past. It knows no server, no
// transport and no projector.
export { SubnetLoop, VipNameLoop } from './command/aggregate-loops';
export type { LedgerCommand, LedgerOutcome, VipUseCommand } from './command/ledger-command';
export { LedgerCommands } from './command/ledger-commands';
export { toRejection } from './command/loop-rejections';
export { factOf, NewerLedger, UnreadableEvent } from './follow/ledger-fact';
export {
  type FactListener,
  LedgerReader,
  type LedgerReaderOptions,
  oldestAtMs,
  type RecordedTimes,
} from './follow/ledger-reader';
export { type FollowingFault, LogFollower, type LogFollowerOptions } from './follow/log-follower';
export { OldestAfter } from './follow/oldest-after';
export { type ProjectorLedger, type ProjectorReply, projectorLedger } from './projector-ledger';
export { LivePlanes, type LivePlanesOptions } from './record/live-planes';
export { LedgerIdentity, type LedgerIdentityOptions } from './record/ledger-identity';
export { SideComparisons, type SideComparisonsOptions, type SideState } from './record/side-comparisons';
export { getHistory } from './query/history';
export type { Found, Listed } from './query/page';
export { type PoolEntry, getPool, listPools } from './query/pools';
export { type ReservationEntry, getReservation, listReservations } from './query/reservations';
export { type RuleEntry, getRule, listRules } from './query/rules';
export { type FreeAddressList, getSubnet, listFreeAddresses, listSubnets } from './query/subnets';
export { getVip, listVips } from './query/vips';
export { type PastHolding, whoHeld, whyRetained } from './query/who-held';
