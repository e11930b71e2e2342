// MovePrimary: packets go to the other one of two users, at the end of a live migration.
import type { Holder } from '../../holder';
import { reject } from '../../rejection';
import { type Moment, type SubnetDecision, accept, alreadySo } from '../decision/decision';
import { notHeld } from '../decision/rejections';
import type { Evidence } from '../events';
import type { SubnetState } from '../state/state';
import { useChanged } from './use-changed';

/** Packets go to this user from now on: a live migration came to its end. */
export interface MovePrimary {
  readonly type: 'MovePrimary';
  readonly subnet: string;
  readonly holder: Holder;
  readonly uid: string;
  readonly reason?: string;
  readonly evidence?: Evidence;
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
  if (moment.issuedAtMs < use.changedAtMs) return useChanged(state, holder, moment, use.changedAtMs);
  const why = { ...(reason !== undefined && { reason }), ...(evidence && { evidence }) };
  return accept({ type: 'UserAttached', holder, user, isPrimary: true, ...why });
}
