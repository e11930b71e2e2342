// SetRetention, ReleaseExpired and MovePrimary: how long a reservation stays, when that is over, and to which of two
// users packets go.
import { type Holder, isVipHolder } from '../../holder';
import { type Rejection, invalid, reject } from '../../rejection';
import type { MovePrimary, ReleaseExpired, SetRetention } from '../commands';
import { type Moment, type SubnetDecision, accept, alreadySo, heldBy } from '../decision/decision';
import { expired } from '../decision/late';
import { notHeld } from '../reservation/release-address';
import { formatRetention, isRetention } from '../events/retention';
import type { SubnetState } from '../state/state';

export function setRetention(command: SetRetention, state: SubnetState, moment: Moment): SubnetDecision {
  const { holder, retention } = command;
  if (!state.byHolder.has(holder)) return notHeld(state, holder);
  if (retention && !isRetention(retention)) {
    return invalid('retention', 'release, owner, forever, or a time of 1 ms to ten years');
  }
  const use = state.users.of(holder);
  const [before, after] = [use?.retention, retention ?? undefined];
  const text = (it: typeof after): string => (it ? formatRetention(it) : '');
  if (text(before) === text(after)) return alreadySo({ user: { holder } });
  if (use && moment.issuedAtMs < use.changedAtMs) return late(state, holder, moment, use.changedAtMs);
  return accept({ type: 'RetentionSet', holder, ...(after && { retention: after }) });
}

export function releaseExpired(
  { holder }: ReleaseExpired,
  state: SubnetState,
  moment: Moment,
): SubnetDecision {
  const held = state.byHolder.get(holder);
  if (!held) return notHeld(state, holder);
  const { users = [], retained } = state.users.of(holder) ?? {};
  const isOver = retained?.untilMs !== undefined && retained.untilMs <= moment.nowMs;
  if (users.length > 0 || !retained || !isOver) return stillKept(state, holder, retained?.untilMs);
  const reason = `kept until ${new Date(retained.untilMs as number).toISOString()}`;
  // Of what it was that began the time.
  const why = { reason, ...(retained.evidence && { evidence: retained.evidence }) };
  return isVipHolder(holder)
    ? accept({ type: 'RetentionEnded', holder, ...why })
    : accept({ type: 'AddressReleased', holder, ...heldBy(state, held), ...why });
}

export function movePrimary(command: MovePrimary, state: SubnetState, moment: Moment): SubnetDecision {
  const { holder, uid, reason, evidence } = command;
  if (!state.byHolder.has(holder)) return notHeld(state, holder);
  const use = state.users.of(holder);
  const user = state.users.userOf(holder, uid);
  if (!use || !user) {
    return reject(
      'UserNotFound',
      `No user of UID ${uid} has what ${holder} holds in subnet ${state.name}; attach it first.`,
      { subnet: state.name, holder, uid },
    );
  }
  if (use.users[0] === user) return alreadySo({ user: { holder, user } });
  if (moment.issuedAtMs < use.changedAtMs) return late(state, holder, moment, use.changedAtMs);
  const why = { ...(reason !== undefined && { reason }), ...(evidence && { evidence }) };
  return accept({ type: 'UserAttached', holder, user, isPrimary: true, ...why });
}

function late(state: SubnetState, holder: Holder, { issuedAtMs }: Moment, changedAtMs: number) {
  const what = `the use of what ${holder} holds in subnet ${state.name} changed`;
  return expired({ subnet: state.name, holder }, issuedAtMs, what, changedAtMs);
}

function stillKept(state: SubnetState, holder: Holder, untilMs: number | undefined): { rejected: Rejection } {
  const until = untilMs === undefined ? '' : new Date(untilMs).toISOString();
  const how = until === '' ? 'is not kept for a time' : `is in use or kept until ${until}`;
  return reject(
    'ReservationInUse',
    `What ${holder} holds in subnet ${state.name} ${how}; release it by name, if it is wanted.`,
    { subnet: state.name, holder, ...(until !== '' && { until }) },
  );
}
