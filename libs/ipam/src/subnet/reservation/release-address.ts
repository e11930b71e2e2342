// ReleaseAddress: a holder gives up what it has in the subnet.
import { type Holder, isVipHolder } from '../../holder';
import { invalid } from '../../rejection';
import { type Moment, type SubnetDecision, accept, heldBy } from '../decision/decision';
import { comesBeforeReservation } from '../decision/late';
import { notHeld, reservationUsedBy } from '../decision/rejections';
import type { Evidence } from '../events';
import type { SubnetState } from '../state/state';

export interface ReleaseAddress {
  readonly type: 'ReleaseAddress';
  readonly subnet: string;
  readonly holder: Holder;
  /** Why, for the record. */
  readonly reason: string;
  readonly evidence?: Evidence;
}

export function releaseAddress(command: ReleaseAddress, state: SubnetState, moment: Moment): SubnetDecision {
  const { holder, reason, evidence } = command;
  if (isVipHolder(holder)) return invalid('holder', 'a Vip is released with ReleaseVip');
  const held = state.byHolder.get(holder);
  if (!held) return notHeld(state, holder);
  const late = comesBeforeReservation(state, holder, moment);
  if (late) return late;
  const [user] = state.users.usersOf(holder);
  if (user) return reservationUsedBy(state, holder, user.object, 'detach it first');
  const why = { reason, ...(evidence && { evidence }) };
  return accept({ type: 'AddressReleased', holder, ...heldBy(state, held), ...why });
}
