// What a command's caller is told, from what the command loop answers. By what the reply shows; which operation is answered
// with which stands in ../operations.
import type { DefinePool, Labels, LabelsRequest, RuleDefinition, SubnetReply, User } from '@holdfast/ipam';
import type { Decided } from '../decided';
import { presentLabels } from './label';
import { presentHeldReservation, presentHeldVip } from './reservation';
import { presentAddresses, presentRule } from './rule';
import { poolInit, presentDefinition } from './subnet';
import { presentUser } from './use';

interface Receipt {
  readonly commandId: string;
  readonly position: string;
}

/** What is shown may be missing: a command that found all to be so already need not say it again. */
type ReplyWith<Shown> = Receipt & Partial<Shown>;

const receipt = ({ commandId, position = '' }: Decided): Receipt => ({ commandId, position });

/** Labels that the command gave: what it is about has them since. */
const labelsGiven = ({ command }: { readonly command: object }): Labels | undefined =>
  (command as LabelsRequest).labels;

export function presentSubnetReply(
  decided: Decided,
  asked: { readonly command: object },
): ReplyWith<{ subnet: ReturnType<typeof presentDefinition> }> {
  const { definition } = decided.reply;
  return {
    ...(definition && {
      subnet: { ...presentDefinition(decided.subnet, definition), ...presentLabels(labelsGiven(asked)) },
    }),
    ...receipt(decided),
  };
}

/** Of those that say no more than that it is done. */
export const presentReceipt = receipt;

/** @returns the level that the ledger has by this reply */
export const presentUpgradeReply = (decided: Decided): Receipt & { readonly level: number } => ({
  level: decided.reply.level ?? 0,
  ...receipt(decided),
});

/** The pool of the name that was asked for, of all those that the subnet has now. */
export function presentPoolReply(
  decided: Decided,
  { command: { name, labels } }: { readonly command: Pick<DefinePool, 'name' | 'labels'> },
): ReplyWith<{ pool: ReturnType<typeof poolInit> }> {
  const pool = decided.reply.definition?.pools?.find((each) => each.name === name);
  const presented = pool && { ...poolInit(decided.subnet, pool), ...presentLabels(labels) };
  return { ...(presented && { pool: presented }), ...receipt(decided) };
}

export function presentReservationReply(
  decided: Decided,
  asked: { readonly command: object },
): ReplyWith<{ reservation: ReturnType<typeof presentHeldReservation> }> {
  const { reservation } = decided.reply;
  return {
    ...(reservation && {
      reservation: presentHeldReservation(decided.subnet, reservation, labelsGiven(asked)),
    }),
    ...receipt(decided),
  };
}

export function presentUserReply(decided: Decided): ReplyWith<{ user: ReturnType<typeof presentUser> }> {
  const user: User | undefined = decided.reply.user?.user;
  return { ...(user && { user: presentUser(user) }), ...receipt(decided) };
}

/** Of what may end a reservation. */
export function presentEndReply(
  decided: Decided,
): ReplyWith<{ released: ReturnType<typeof presentHeldReservation> }> {
  const { reservation } = decided.reply;
  return {
    ...(reservation && { released: presentHeldReservation(decided.subnet, reservation) }),
    ...receipt(decided),
  };
}

export function presentVipReply(
  decided: Decided,
  asked: { readonly command: object },
): ReplyWith<{ vip: ReturnType<typeof presentHeldVip> }> {
  const { reservation } = decided.reply;
  return {
    ...(reservation && { vip: presentHeldVip(decided.subnet, reservation, labelsGiven(asked)) }),
    ...receipt(decided),
  };
}

export function presentParentReply(
  decided: Decided,
): ReplyWith<{ grant: { subnet: string } & NonNullable<SubnetReply['parent']> }> {
  const { parent } = decided.reply;
  return { ...(parent && { grant: { subnet: decided.subnet, ...parent } }), ...receipt(decided) };
}

export function presentRuleReply(decided: Decided): ReplyWith<{ rule: ReturnType<typeof presentRule> }> {
  const { rule } = decided.reply;
  const isWhole = rule?.ports !== undefined;
  return {
    ...(isWhole && { rule: presentRule(decided.subnet, rule.name, rule as RuleDefinition) }),
    ...receipt(decided),
  };
}

export function presentLabelsReply(decided: Decided): ReplyWith<ReturnType<typeof presentLabels>> {
  return { ...presentLabels(decided.reply.labels), ...receipt(decided) };
}

export function presentBackendsReply(
  decided: Decided,
): ReplyWith<{ backends: ReturnType<typeof presentAddresses> }> {
  return { backends: presentAddresses(decided.reply.rule?.backends ?? []), ...receipt(decided) };
}
