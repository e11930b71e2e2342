// MoveAddress: other addresses or another port for a holder who has some, and who carries them: decided as one.
import type { Mac } from '../../address';
import { type Holder, isVipHolder } from '../../holder';
import { invalid } from '../../rejection';
import { type Moment, type SubnetDecision, accept, alreadySo, describe, heldBy } from '../decision/decision';
import { comesBeforeReservation } from '../decision/late';
import { notHeld } from '../decision/rejections';
import { type PortRequest, portOf } from '../events';
import type { SubnetState } from '../state/state';
import { type UserRequest, withUser } from '../user/attach-user';
import { satisfies } from './address-request';
import { chooseAddresses } from './choose-addresses';
import { unfitPort } from './port-fault';

/** Another address, or another port, for a holder who has one: one decision; a refusal leaves the old one in place. */
export interface MoveAddress extends PortRequest, UserRequest {
  readonly type: 'MoveAddress';
  readonly subnet: string;
  readonly holder: Holder;
  readonly v4?: number;
  readonly v6?: bigint;
  readonly mac?: Mac;
}

export function moveAddress(command: MoveAddress, state: SubnetState, moment: Moment): SubnetDecision {
  const { holder } = command;
  if (isVipHolder(holder)) return invalid('holder', 'a Vip is moved with ReviseVip');
  const held = state.byHolder.get(holder);
  if (!held) return notHeld(state, holder);
  const from = heldBy(state, held);
  if (satisfies(state, held, command)) {
    const isSo = alreadySo({ reservation: describe(state, held) });
    return withUser(isSo, command, state, moment, { ...from, ...portOf(held) });
  }
  const late = comesBeforeReservation(state, holder, moment);
  if (late) return late;
  const unfit = unfitPort(command, holder, state);
  if (unfit) return unfit;
  const choice = chooseAddresses(state, holder, { ...command, families: [] }, moment, from);
  if (choice.rejected) return choice;
  const decision = accept({ type: 'AddressMoved', holder, ...choice.chosen, ...portOf(command), from });
  const port = portOf(command.port === undefined ? held : command);
  return withUser(decision, command, state, moment, { ...choice.chosen, ...port });
}
