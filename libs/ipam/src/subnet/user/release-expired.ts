// ReleaseExpired: the time is over for which a reservation was kept.
import { type Holder, isVipHolder } from '../../holder';
import { type Rejection, reject } from '../../rejection';
import { type Moment, type SubnetDecision, accept, heldBy } from '../decision/decision';
import { notHeld } from '../decision/rejections';
import type { SubnetState } from '../state/state';

/** Releases what was kept for a time that is over. */
export interface ReleaseExpired {
  readonly type: 'ReleaseExpired';
  readonly subnet: string;
  readonly holder: Holder;
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

function stillKept(state: SubnetState, holder: Holder, untilMs: number | undefined): { rejected: Rejection } {
  const until = untilMs === undefined ? '' : new Date(untilMs).toISOString();
  const how = until === '' ? 'is not kept for a time' : `is in use or kept until ${until}`;
  return reject(
    'ReservationInUse',
    `What ${holder} holds in subnet ${state.name} ${how}; release it by name, if it is wanted.`,
    { subnet: state.name, holder, ...(until !== '' && { until }) },
  );
}
