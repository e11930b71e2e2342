// What the reply to each command of the contract is, once it was decided.
import {
  type Decided,
  type OperationName,
  presentBackendsReply,
  presentEndReply,
  presentLabelsReply,
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
import type { DefinePool, Labels, LabelsRequest } from '@holdfast/ipam';
import type { LedgerCommand } from '@holdfast/ledger';
import type { QueryName } from './queries/query-answers';

export type CommandName = Exclude<OperationName, QueryName | 'GetStatus'>;

type CommandReplies = {
  readonly [Name in CommandName]: (decided: Decided, command: LedgerCommand) => ReplyOf<Operations[Name]>;
};

/** With the labels that it came with. */
const labelled =
  <Reply>(present: (decided: Decided, labels?: Labels) => Reply) =>
  (decided: Decided, command: LedgerCommand): Reply =>
    present(decided, (command as LabelsRequest).labels);

export const COMMAND_REPLIES: CommandReplies = {
  DefineSubnet: labelled(presentSubnetReply),
  ReviseSubnet: (decided) => presentSubnetReply(decided),
  RetireSubnet: presentReceipt,
  DefinePool: (decided, command) => {
    const { name, labels } = command as DefinePool;
    return presentPoolReply(decided, name, labels);
  },
  RetirePool: presentReceipt,
  ReserveAddress: labelled(presentReservationReply),
  MoveAddress: (decided) => presentReservationReply(decided),
  ReleaseAddress: (decided) => presentReservationReply(decided),
  AttachUser: presentUserReply,
  DetachUser: presentEndReply,
  MovePrimary: presentUserReply,
  EndOwner: presentEndReply,
  ReleaseExpired: presentEndReply,
  SetRetention: presentReceipt,
  ReserveVip: labelled(presentVipReply),
  ReviseVip: (decided) => presentVipReply(decided),
  ReleaseVip: (decided) => presentVipReply(decided),
  GrantVipParent: presentParentReply,
  WithdrawVipParent: presentParentReply,
  DefineRule: presentRuleReply,
  ReviseRule: presentRuleReply,
  RetireRule: presentReceipt,
  SetRuleBackends: presentBackendsReply,
  SetLabels: presentLabelsReply,
};
