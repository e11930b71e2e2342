// DetachUser and EndOwner: who used a reservation is gone, or who would have wanted it again. Its retention says whether
// it stays; only the Pod of this UID is meant, never its successor.
import { type Holder, isVipHolder } from '../../holder';
import type { DetachUser, EndOwner, Evidence, OwnerState } from '../commands';
import { type Moment, type SubnetDecision, alreadySo, heldBy, replyTo } from '../decision/decision';
import type { SubnetEvent, UserDetached } from '../events/events';
import { expired } from '../decision/late';
import { notHeld, usedBy } from '../reservation/release-address';
import { type Retention, defaultRetention } from '../events/retention';
import type { SubnetState } from '../state/state';

export function detachUser(command: DetachUser, state: SubnetState, moment: Moment): SubnetDecision {
  const { holder, uid, owner, reason, evidence } = command;
  if (!state.byHolder.has(holder)) return notHeld(state, holder);
  const use = state.users.of(holder);
  const user = state.users.userOf(holder, uid);
  if (!use || !user) return alreadySo({ user: { holder } });
  if (moment.issuedAtMs < use.changedAtMs) {
    const what = `the users of what ${holder} holds in subnet ${state.name} changed`;
    return expired({ subnet: state.name, holder }, moment.issuedAtMs, what, use.changedAtMs);
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

export function endOwner(command: EndOwner, state: SubnetState, moment: Moment): SubnetDecision {
  const { holder, reason, evidence } = command;
  if (!state.byHolder.has(holder)) return notHeld(state, holder);
  const use = state.users.of(holder);
  if (use && moment.issuedAtMs < use.changedAtMs) {
    const what = `the users of what ${holder} holds in subnet ${state.name} changed`;
    return expired({ subnet: state.name, holder }, moment.issuedAtMs, what, use.changedAtMs);
  }
  const [user] = use?.users ?? [];
  if (user) return usedBy(state, holder, user.object, 'detach it first');
  // A time that runs already is not prolonged by being told again.
  if (use?.retained?.untilMs !== undefined) return alreadySo({ user: { holder } });
  const events = afterLastUser(state, holder, 'gone', { reason, evidence }, moment, use?.retained?.owner);
  const last = events.at(-1);
  return last ? { events, reply: replyTo(last) } : alreadySo({ user: { holder } });
}

/** What becomes of a reservation that nobody uses. A Vip stays reserved; it may be kept for its user's successors. */
function afterLastUser(
  state: SubnetState,
  holder: Holder,
  ownerState: OwnerState,
  because: { readonly reason: string; readonly evidence?: Evidence },
  { nowMs }: Moment,
  owner: Holder | undefined,
): SubnetEvent[] {
  const retention = retentionOf(state, holder, owner);
  const why = { reason: because.reason, ...(because.evidence && { evidence: because.evidence }) };
  const keep = (untilMs?: number): SubnetEvent[] => {
    const isSaid = state.users.of(holder)?.retained !== undefined && untilMs === undefined;
    const until = { ...(untilMs !== undefined && { untilMs }), ...(owner && { owner }) };
    return isSaid ? [] : [{ type: 'ReservationRetained', holder, retention, ...until, ...why }];
  };
  if (retention.keep === 'forever') return keep();
  if (retention.keep !== 'release' && ownerState === 'exists') return keep();
  if (retention.keep === 'time') return keep(nowMs + (retention.forMs ?? 0));
  const held = state.byHolder.get(holder);
  if (!held) return [];
  if (!isVipHolder(holder)) return [{ type: 'AddressReleased', holder, ...heldBy(state, held), ...why }];
  return state.users.of(holder)?.retained ? [{ type: 'RetentionEnded', holder, ...why }] : [];
}

/** The holder's own, else the Subnet's, else what is usual for its kind; a Vip's user has its owner's kind. */
export function retentionOf(state: SubnetState, holder: Holder, owner?: Holder): Retention {
  return (
    state.users.of(holder)?.retention ?? state.definition?.retention ?? defaultRetention(owner ?? holder)
  );
}
