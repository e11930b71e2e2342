// EndOwner: nobody will want again what was kept for its owner.
import type { Holder } from '../../holder';
import { type Moment, type SubnetDecision, alreadySo, replyTo } from '../decision/decision';
import { commandExpired } from '../decision/late';
import { notHeld, reservationUsedBy } from '../decision/rejections';
import type { Evidence } from '../events';
import type { SubnetState } from '../state/state';
import { afterLastUser } from './after-last-user';

/** Nobody will want a reservation again that is kept for its owner. */
export interface EndOwner {
  readonly type: 'EndOwner';
  readonly subnet: string;
  readonly holder: Holder;
  readonly reason: string;
  readonly evidence?: Evidence;
}

export function endOwner(command: EndOwner, state: SubnetState, moment: Moment): SubnetDecision {
  const { holder, reason, evidence } = command;
  if (!state.byHolder.has(holder)) return notHeld(state, holder);
  const use = state.users.of(holder);
  if (use && moment.issuedAtMs < use.changedAtMs) {
    const what = `the users of what ${holder} holds in subnet ${state.name} changed`;
    return commandExpired({ subnet: state.name, holder }, moment.issuedAtMs, what, use.changedAtMs);
  }
  const [user] = use?.users ?? [];
  if (user) return reservationUsedBy(state, holder, user.object, 'detach it first');
  // A time that runs already is not prolonged by hearing it again.
  if (use?.retained?.untilMs !== undefined) return alreadySo({ user: { holder } });
  const events = afterLastUser(state, holder, 'gone', { reason, evidence }, moment, use?.retained?.owner);
  const last = events.at(-1);
  return last ? { events, reply: replyTo(last) } : alreadySo({ user: { holder } });
}
