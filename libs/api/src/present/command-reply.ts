// What a command's caller is told, from what the command loop answers.
import type { Message } from '@bufbuild/protobuf';
import type { Labels, RuleDefinition, SubnetReply, User } from '@holdfast/ipam';
import type { OperationName, Operations } from '../operations';
import type { ReplyOf } from '../operation';
import { presentLabels } from './label';
import { presentHeldReservation, presentHeldVip } from './reservation';
import { presentAddresses, presentRule } from './rule';
import { poolInit, presentDefinition } from './subnet';
import { presentUser } from './use';

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

/** Of DefineSubnet and ReviseSubnet. @param labels here and below: those that the command gave, which it has since */
export function presentSubnetReply(
  decided: Decided,
  labels?: Labels,
): Reply<'DefineSubnet' | 'ReviseSubnet'> {
  const { definition } = decided.reply;
  return {
    ...(definition && {
      subnet: { ...presentDefinition(decided.subnet, definition), ...presentLabels(labels) },
    }),
    ...receipt(decided),
  };
}

/** Of those that say no more than that it is done. */
export const presentReceipt = (
  decided: Decided,
): Reply<'RetireSubnet' | 'RetirePool' | 'RetireRule' | 'SetRetention'> => receipt(decided);

/** Of DefinePool: the pool of the name that was asked for, of all those that the subnet has now. */
export function presentPoolReply(decided: Decided, name: string, labels?: Labels): Reply<'DefinePool'> {
  const pool = decided.reply.definition?.pools?.find((each) => each.name === name);
  const presented = pool && { ...poolInit(decided.subnet, pool), ...presentLabels(labels) };
  return { ...(presented && { pool: presented }), ...receipt(decided) };
}

/** Of ReserveAddress, MoveAddress and ReleaseAddress. */
export function presentReservationReply(
  decided: Decided,
  labels?: Labels,
): Reply<'ReserveAddress' | 'MoveAddress' | 'ReleaseAddress'> {
  const { reservation } = decided.reply;
  return {
    ...(reservation && {
      reservation: presentHeldReservation(decided.subnet, reservation, labels),
    }),
    ...receipt(decided),
  };
}

/** Of AttachUser and MovePrimary. */
export function presentUserReply(decided: Decided): Reply<'AttachUser' | 'MovePrimary'> {
  const user: User | undefined = decided.reply.user?.user;
  return { ...(user && { user: presentUser(user) }), ...receipt(decided) };
}

/** Of what may end a reservation: DetachUser, EndOwner and ReleaseExpired. */
export function presentEndReply(decided: Decided): Reply<'DetachUser' | 'EndOwner' | 'ReleaseExpired'> {
  const { reservation } = decided.reply;
  return {
    ...(reservation && { released: presentHeldReservation(decided.subnet, reservation) }),
    ...receipt(decided),
  };
}

/** Of ReserveVip, ReviseVip and ReleaseVip. */
export function presentVipReply(
  decided: Decided,
  labels?: Labels,
): Reply<'ReserveVip' | 'ReviseVip' | 'ReleaseVip'> {
  const { reservation } = decided.reply;
  return {
    ...(reservation && { vip: presentHeldVip(decided.subnet, reservation, labels) }),
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

export function presentLabelsReply(decided: Decided): Reply<'SetLabels'> {
  return { ...presentLabels(decided.reply.labels), ...receipt(decided) };
}

export function presentBackendsReply(decided: Decided): Reply<'SetRuleBackends'> {
  return { backends: presentAddresses(decided.reply.rule?.backends ?? []), ...receipt(decided) };
}
