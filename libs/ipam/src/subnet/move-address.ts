// MoveAddress: other addresses for a holder who has some, decided as one.
import { isVipHolder } from '../holder';
import { invalid } from '../rejection';
import { chooseAddresses } from './choose-addresses';
import type { MoveAddress } from './commands';
import { type Moment, type SubnetDecision, accept, alreadySo, describe, heldBy } from './decision';
import { comesBeforeReservation } from './late';
import { notHeld } from './release-address';
import { satisfies } from './reserve-address';
import type { SubnetState } from './state';

export function moveAddress(command: MoveAddress, state: SubnetState, moment: Moment): SubnetDecision {
  const { holder } = command;
  if (isVipHolder(holder)) return invalid('holder', 'a Vip is moved with ReviseVip');
  const held = state.byHolder.get(holder);
  if (!held) return notHeld(state, holder);
  if (satisfies(state, held, command)) return alreadySo({ reservation: describe(state, held) });
  const late = comesBeforeReservation(state, holder, moment);
  if (late) return late;
  const from = heldBy(state, held);
  const choice = chooseAddresses(state, holder, { ...command, families: [] }, moment, from);
  if (choice.rejected) return choice;
  return accept({ type: 'AddressMoved', holder, ...choice.chosen, from });
}
