// AttachUser: a Pod carries a reservation's address. A Pod that is made anew under the same name takes its predecessor's
// place; another one only as the target of a live migration.
import { type Holder, isVipHolder } from '../holder';
import { type Rejection, invalid, reject } from '../rejection';
import type { AttachUser, User } from './commands';
import { type Moment, type SubnetDecision, alreadySo, replyTo } from './decision';
import type { UserAttached, UserDetached } from './events';
import { expired } from './late';
import { notHeld } from './release-address';
import type { SubnetState } from './state';
import type { Use } from './users';

/** The source and the target of a live migration. */
export const USERS_MAX = 2;

export function attachUser(command: AttachUser, state: SubnetState, moment: Moment): SubnetDecision {
  const { holder, user, migrates = false } = command;
  if (!state.byHolder.has(holder)) return notHeld(state, holder);
  if (user.uid === '')
    return invalid('user.uid', 'only a UID tells a Pod from its successor of the same name');
  const use = state.users.of(holder);
  const known = use?.users.find(({ uid }) => uid === user.uid);
  if (known && known.node === user.node) return alreadySo({ user: { holder, user: known } });
  if (use && moment.issuedAtMs < use.changedAtMs) {
    const what = `the users of what ${holder} holds in subnet ${state.name} changed`;
    return expired({ subnet: state.name, holder }, moment.issuedAtMs, what, use.changedAtMs);
  }
  const replaced = known ? undefined : use?.users.find((other) => isSuccessor(command, other));
  const others = (use?.users ?? []).filter((other) => other !== known && other !== replaced);
  const refusal = known ? undefined : taken(state, holder, command, others, use);
  if (refusal) return refusal;
  const isPrimary = known ? use?.users[0] === known : others.length === 0 || !migrates;
  const attached: UserAttached = { type: 'UserAttached', holder, user, isPrimary };
  const detached: UserDetached[] = replaced
    ? [
        {
          type: 'UserDetached',
          holder,
          user: replaced,
          reason: `replaced by ${user.object}, UID ${user.uid}`,
        },
      ]
    : [];
  return { events: [...detached, attached], reply: replyTo(attached) };
}

/** Kubernetes has one Pod of a name at a time; and an owner's Pods take turns, save while its machine migrates. */
function isSuccessor({ user, migrates = false }: AttachUser, other: User): boolean {
  const isOwners = user.owner !== undefined && user.owner === other.owner;
  return user.object === other.object || (isOwners && !migrates);
}

function taken(
  state: SubnetState,
  holder: Holder,
  { user, migrates }: AttachUser,
  others: readonly User[],
  use: Use | undefined,
): { rejected: Rejection } | undefined {
  const keptFor = use?.retained?.owner;
  if (isVipHolder(holder) && keptFor !== undefined && keptFor !== user.owner) {
    return inUse(state, holder, user, `is kept for ${keptFor}`);
  }
  const [other] = others;
  if (!other || (migrates && others.length < USERS_MAX)) return undefined;
  return inUse(state, holder, user, `is used by ${other.object}`);
}

function inUse(state: SubnetState, holder: Holder, user: User, how: string): { rejected: Rejection } {
  return reject(
    'ReservationInUse',
    `What ${holder} holds in subnet ${state.name} ${how} and cannot be used by ${user.object}; detach that first, or use another.`,
    { subnet: state.name, holder, user: user.object },
  );
}
