// How Holdfast is spoken to: the contract, what its requests mean, how replies are told, and where. No server
// and no client of any transport is known here.
export * as v1 from './contract';
export { type Invalid } from './checked';
export type { Decided } from './decided';
export { contractFiles, contractServices, fileDescriptors } from './grpc';
export * from './operation';
export * from './operations';
export type { Asked } from './parse/options';
export { PAGE_SIZE_MAX, pageToken } from './parse/page';
export type { SetLabelsOrder } from './parse/label';
export type { FinishUpgradeOrder } from './parse/upgrade';
export type { DefineRuleOrder } from './parse/rule';
export type {
  GrantParentOrder,
  ReleaseVipOrder,
  ReserveVipOrder,
  ReviseVipOrder,
  WithdrawParentOrder,
} from './parse/vip';
export * from './present/address';
export * from './present/command-reply';
export * from './present/encode';
export * from './present/event';
export { encodeEventJson } from './present/event-json';
export * from './present/rejection';
export { presentHeldReservation, presentReservation, presentVip } from './present/reservation';
export { presentAddresses, presentRule } from './present/rule';
export { presentPools, presentSubnet, presentSubnetWithPools } from './present/subnet';
export { type UseInit, presentUsers } from './present/use';
export { type NorthboundRowInit, type VipFindings, presentVipUses } from './present/vip-uses';
export * from './query';
export { CONTENT_TYPES, type Coding, codingOf } from './read/coding';
export { type HttpRequest, readHttpRequest } from './read/http-request';
export { MESSAGE_BYTES_MAX, type ReadRequest, readRequest } from './read/request';
export { type HttpMethod, type Route, fillPath, matchPath } from './route';
export * from './status';
export * from './subjects';
export * from './transport';
