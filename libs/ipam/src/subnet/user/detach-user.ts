// DetachUser: who used a reservation is gone. Its retention says whether it stays; only the Pod of this UID is meant,
// never its successor.
import type { Holder } from '../../holder';
import { type Moment, type SubnetDecision, alreadySo, replyTo } from '../decision/decision';
import { commandExpired } from '../decision/late';
import { notHeld } from '../decision/rejections';
import type { Evidence, SubnetEvent, UserDetached } from '../events';
import type { SubnetState } from '../state/state';
import { type OwnerState, afterLastUser } from './after-last-user';

/** A Pod carries it no more. What becomes of the reservation is for its retention to say. */
export interface DetachUser {
  readonly type: 'DetachUser';
  readonly subnet: string;
  readonly holder: Holder;
  readonly uid: string;
  readonly owner: OwnerState;
  readonly reason: string;
  readonly evidence?: Evidence;
}

export function detachUser(command: DetachUser, state: SubnetState, moment: Moment): SubnetDecision {
  const { holder, uid, owner, reason, evidence } = command;
  if (!state.byHolder.has(holder)) return notHeld(state, holder);
  const use = state.users.of(holder);
  const user = state.users.userOf(holder, uid);
  if (!use || !user) return alreadySo({ user: { holder } });
  if (moment.issuedAtMs < use.changedAtMs) {
    const what = `the users of what ${holder} holds in subnet ${state.name} changed`;
    return commandExpired({ subnet: state.name, holder }, moment.issuedAtMs, what, use.changedAtMs);
  }
  const detached: UserDetached = {
    type: 'UserDetached',
    holder,
    user,
    reason,
    ...(evidence && { evidence }),
  };
  const last = use.users.length === 1;
  const after = last ? afterLastUser(state, holder, owner, { reason, evidence }, moment, user.owner) : [];
  const events: SubnetEvent[] = [detached, ...after];
  return { events, reply: replyTo(events.at(-1) as SubnetEvent) };
}
