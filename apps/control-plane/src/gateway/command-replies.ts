// What the reply to each command of the contract is, once it was decided.
import {
  type Decided,
  type OperationName,
  presentBackendsReply,
  presentEndReply,
  presentParentReply,
  presentPoolReply,
  presentReceipt,
  presentReservationReply,
  presentRuleReply,
  presentSubnetReply,
  presentUserReply,
  presentVipReply,
  type ReplyOf,
  type Operations,
} from '@holdfast/api';
import type { DefinePool } from '@holdfast/ipam';
import type { LedgerCommand } from '@holdfast/ledger';
import type { QueryName } from './queries/query-answers';

export type CommandName = Exclude<OperationName, QueryName | 'GetStatus'>;

type CommandReplies = {
  readonly [Name in CommandName]: (decided: Decided, command: LedgerCommand) => ReplyOf<Operations[Name]>;
};

export const COMMAND_REPLIES: CommandReplies = {
  DefineSubnet: presentSubnetReply,
  ReviseSubnet: presentSubnetReply,
  RetireSubnet: presentReceipt,
  DefinePool: (decided, command) => presentPoolReply(decided, (command as DefinePool).name),
  RetirePool: presentReceipt,
  ReserveAddress: presentReservationReply,
  MoveAddress: presentReservationReply,
  ReleaseAddress: presentReservationReply,
  AttachUser: presentUserReply,
  DetachUser: presentEndReply,
  MovePrimary: presentUserReply,
  EndOwner: presentEndReply,
  ReleaseExpired: presentEndReply,
  SetRetention: presentReceipt,
  ReserveVip: presentVipReply,
  ReviseVip: presentVipReply,
  ReleaseVip: presentVipReply,
  GrantVipParent: presentParentReply,
  WithdrawVipParent: presentParentReply,
  DefineRule: presentRuleReply,
  ReviseRule: presentRuleReply,
  RetireRule: presentReceipt,
  SetRuleBackends: presentBackendsReply,
};
