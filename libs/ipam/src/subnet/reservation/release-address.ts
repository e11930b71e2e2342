// ReleaseAddress: a holder gives up what it has in the subnet.
import { type Holder, isVipHolder } from '../../holder';
import { type Rejection, invalid, reject } from '../../rejection';
import type { ReleaseAddress } from '../commands';
import { type Moment, type SubnetDecision, accept, heldBy } from '../decision/decision';
import { comesBeforeReservation } from '../decision/late';
import type { SubnetState } from '../state/state';

export function releaseAddress(command: ReleaseAddress, state: SubnetState, moment: Moment): SubnetDecision {
  const { holder, reason, evidence } = command;
  if (isVipHolder(holder)) return invalid('holder', 'a Vip is released with ReleaseVip');
  const held = state.byHolder.get(holder);
  if (!held) return notHeld(state, holder);
  const late = comesBeforeReservation(state, holder, moment);
  if (late) return late;
  const [user] = state.users.usersOf(holder);
  if (user) return usedBy(state, holder, user.object, 'detach it first');
  const why = { reason, ...(evidence && { evidence }) };
  return accept({ type: 'AddressReleased', holder, ...heldBy(state, held), ...why });
}

/** An address is not taken from under its user. */
export function usedBy(
  state: SubnetState,
  holder: Holder,
  by: string,
  remedy: string,
): { rejected: Rejection } {
  return reject(
    'ReservationInUse',
    `What ${holder} holds in subnet ${state.name} is used by ${by}; ${remedy}.`,
    { subnet: state.name, holder, user: by },
  );
}

export function notHeld(state: SubnetState, holder: Holder): { rejected: Rejection } {
  return reject(
    'ReservationNotFound',
    `${holder} holds nothing in subnet ${state.name}; name one of its holders, or reserve an address first.`,
    { subnet: state.name, holder },
  );
}
