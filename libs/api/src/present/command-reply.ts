// What a command's caller is told, from what the command loop answers.
import type { Message } from '@bufbuild/protobuf';
import type { RuleDefinition, SubnetReply } from '@holdfast/ipam';
import type { OperationName, Operations } from '../operations';
import type { ReplyOf } from '../operation';
import { presentHeldReservation, presentHeldVip } from './reservation';
import { presentAddresses, presentRule } from './rule';
import { presentDefinition } from './subnet';

/** What was decided, in which subnet, by which command, and where the log stands since. */
export interface Decided {
  readonly subnet: string;
  readonly reply: SubnetReply;
  readonly commandId: string;
  readonly position: string | undefined;
}

/** The fields alone: operations that answer alike can then share a function. */
type Reply<Name extends OperationName> = Exclude<ReplyOf<Operations[Name]>, Message>;

const receipt = ({ commandId, position = '' }: Decided) => ({ commandId, position });

/** Of DefineSubnet and ReviseSubnet. */
export function presentSubnetReply(decided: Decided): Reply<'DefineSubnet' | 'ReviseSubnet'> {
  const { definition } = decided.reply;
  return {
    ...(definition && { subnet: presentDefinition(decided.subnet, definition) }),
    ...receipt(decided),
  };
}

/** Of RetireSubnet and RetireRule. */
export const presentRetireReply = (decided: Decided): Reply<'RetireSubnet' | 'RetireRule'> =>
  receipt(decided);

/** Of ReserveAddress, MoveAddress and ReleaseAddress. */
export function presentReservationReply(
  decided: Decided,
): Reply<'ReserveAddress' | 'MoveAddress' | 'ReleaseAddress'> {
  const { reservation } = decided.reply;
  return {
    ...(reservation && { reservation: presentHeldReservation(decided.subnet, reservation) }),
    ...receipt(decided),
  };
}

/** Of ReserveVip, ReviseVip and ReleaseVip. */
export function presentVipReply(decided: Decided): Reply<'ReserveVip' | 'ReviseVip' | 'ReleaseVip'> {
  const { reservation } = decided.reply;
  return {
    ...(reservation && { vip: presentHeldVip(decided.subnet, reservation) }),
    ...receipt(decided),
  };
}

/** Of GrantVipParent and WithdrawVipParent. */
export function presentParentReply(decided: Decided): Reply<'GrantVipParent' | 'WithdrawVipParent'> {
  const { parent } = decided.reply;
  return { ...(parent && { grant: { subnet: decided.subnet, ...parent } }), ...receipt(decided) };
}

/** Of DefineRule and ReviseRule. */
export function presentRuleReply(decided: Decided): Reply<'DefineRule' | 'ReviseRule'> {
  const { rule } = decided.reply;
  const isWhole = rule?.ports !== undefined;
  return {
    ...(isWhole && { rule: presentRule(decided.subnet, rule.name, rule as RuleDefinition) }),
    ...receipt(decided),
  };
}

export function presentBackendsReply(decided: Decided): Reply<'SetRuleBackends'> {
  return { backends: presentAddresses(decided.reply.rule?.backends ?? []), ...receipt(decided) };
}
