// AttachUser: a Pod carries a reservation's address. A Pod that is made anew under the same name takes its predecessor's
// place; another one only as the target of a live migration. Who reserves or moves may attach in the same decision.
import { type Holder, isVipHolder } from '../../holder';
import { type Rejection, invalid, reject } from '../../rejection';
import { type Moment, type SubnetDecision, alreadySo, replyTo } from '../decision/decision';
import { commandExpired } from '../decision/late';
import { notHeld } from '../decision/rejections';
import type { HeldAddress, PortRequest, User, UserAttached, UserDetached } from '../events';
import type { SubnetState } from '../state/state';
import type { Use } from '../state/users';

/** Who is to carry the addresses, decided together with them: both, or neither. */
export interface UserRequest {
  /** Absent: nobody yet. */
  readonly user?: User;
  /** Beside the one that is there, as the target of a live migration; it becomes the primary one by `MovePrimary`. */
  readonly migrates?: boolean;
}

/** A Pod carries the reservation's address from now on. */
export interface AttachUser extends UserRequest {
  readonly type: 'AttachUser';
  readonly subnet: string;
  readonly holder: Holder;
  readonly user: User;
}

/** The source and the target of a live migration. */
export const USERS_MAX = 2;

type Attaching = Pick<AttachUser, 'holder' | 'user' | 'migrates'>;

export function attachUser(command: AttachUser, state: SubnetState, moment: Moment): SubnetDecision {
  const { holder } = command;
  const held = state.byHolder.get(holder);
  if (!held) return notHeld(state, holder);
  const attached = attach(command, state, moment);
  if (attached.rejected) return attached;
  const last = attached.events.at(-1);
  if (!last) return alreadySo({ user: { holder, user: attached.user } });
  return { events: attached.events, reply: replyTo(last) };
}

/**
 * What was decided of a reservation, and that the user whom the command names carries it from then on: both or neither.
 * @param reserved what the holder has after that decision
 */
export function withUser(
  decision: SubnetDecision,
  { holder, user, migrates }: Pick<AttachUser, 'holder'> & Partial<Attaching>,
  state: SubnetState,
  moment: Moment,
  reserved: HeldAddress & PortRequest,
): SubnetDecision {
  if (decision.rejected || !user) return decision;
  const attached = attach({ holder, user, migrates }, state, moment, reserved);
  if (attached.rejected) return attached;
  const events = [...decision.events, ...attached.events];
  const last = events.at(-1);
  if (!last) return alreadySo({ ...decision.reply, user: { holder, user: attached.user } });
  return { events, reply: replyTo(last) };
}

type Attached =
  /** No events: it was attached already, as this user. */
  | {
      readonly events: readonly (UserDetached | UserAttached)[];
      readonly user: User;
      readonly rejected?: undefined;
    }
  | { readonly rejected: Rejection };

function attach(
  command: Attaching,
  state: SubnetState,
  moment: Moment,
  reserved?: HeldAddress & PortRequest,
): Attached {
  const { holder, user, migrates = false } = command;
  if (user.uid === '')
    return invalid('user.uid', 'only a UID tells a Pod from its successor of the same name');
  const use = state.users.of(holder);
  const known = use?.users.find(({ uid }) => uid === user.uid);
  if (known && isSame(known, user)) return { events: [], user: known };
  const late = comesBeforeUse(state, holder, use, moment);
  if (late) return late;
  const replaced = known ? undefined : use?.users.find((other) => isSuccessor(command, other));
  const others = (use?.users ?? []).filter((other) => other !== known && other !== replaced);
  const refusal = known ? undefined : taken(state, holder, command, others, use);
  if (refusal) return refusal;
  const isPrimary = known ? use?.users[0] === known : others.length === 0 || !migrates;
  const attached: UserAttached = {
    ...({ type: 'UserAttached', holder, user, isPrimary } as const),
    ...(reserved && { reserved }),
  };
  const detached: UserDetached[] = replaced ? [handOver(holder, replaced, user)] : [];
  return { events: [...detached, attached], user };
}

function handOver(holder: Holder, from: User, { object, uid, resourceVersion }: User): UserDetached {
  const evidence = { object, uid, ...(resourceVersion !== undefined && { resourceVersion }) };
  const reason = `replaced by ${object}, UID ${uid}`;
  return { type: 'UserDetached', holder, user: from, reason, evidence };
}

/** What can change of a user while it is there: where it runs, and the port that is made for it. */
function isSame(known: User, user: User): boolean {
  const hasItsPort =
    user.port === undefined ||
    (known.port === user.port && (known.portSecurity ?? false) === (user.portSecurity ?? false));
  return known.node === user.node && hasItsPort;
}

/** Refuses to bring back a user who went, or to give it what was reserved only after it asked. */
function comesBeforeUse(
  state: SubnetState,
  holder: Holder,
  use: Use | undefined,
  { issuedAtMs }: Moment,
): { rejected: Rejection } | undefined {
  const heldSinceMs = state.byHolder.get(holder)?.sinceMs ?? -Infinity;
  const atMs = use?.changedAtMs ?? heldSinceMs;
  if (issuedAtMs >= atMs) return undefined;
  const held = `what ${holder} holds in subnet ${state.name}`;
  const what = use ? `the users of ${held} changed` : `${held} was reserved`;
  return commandExpired({ subnet: state.name, holder }, issuedAtMs, what, atMs);
}

/** Kubernetes has one Pod of a name at a time; and an owner's Pods take turns, save while its machine migrates. */
function isSuccessor({ user, migrates = false }: Attaching, other: User): boolean {
  const isOwners = user.owner !== undefined && user.owner === other.owner;
  return user.object === other.object || (isOwners && !migrates);
}

function taken(
  state: SubnetState,
  holder: Holder,
  { user, migrates }: Attaching,
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
