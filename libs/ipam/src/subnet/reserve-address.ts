// ReserveAddress: one address, or one of each family, for a holder.
import { formatPair } from '../address';
import { holderParts } from '../holder';
import { invalid, reject } from '../rejection';
import { chooseAddresses } from './choose-addresses';
import type { AddressWish, ReserveAddress } from './commands';
import { type Moment, type SubnetDecision, accept, alreadySo, describe } from './decision';
import { comesBeforeRelease } from './late';
import type { Reservation, SubnetState } from './state';

export function reserveAddress(command: ReserveAddress, state: SubnetState, moment: Moment): SubnetDecision {
  const { holder } = command;
  if (holderParts(holder).kind === 'vip') return invalid('holder', 'a Vip is reserved with ReserveVip');
  const held = state.byHolder.get(holder);
  if (held) {
    return satisfies(state, held, command)
      ? alreadySo({ reservation: describe(state, held) })
      : reject(
          'HolderHoldsOther',
          `${holder} holds ${formatPair(held)} in subnet ${state.name}, which is not what is asked; move or release it.`,
          { subnet: state.name, holder, held: formatPair(held) },
        );
  }
  const late = comesBeforeRelease(state, holder, moment);
  if (late) return late;
  const choice = chooseAddresses(state, holder, command, moment);
  if (choice.rejected) return choice;
  return accept({ type: 'AddressReserved', holder, ...choice.chosen });
}

/** Whether what is held is what is wished for. */
export function satisfies(state: SubnetState, held: Reservation, wish: AddressWish): boolean {
  return (
    (wish.v4 === undefined || wish.v4 === held.v4) &&
    (wish.v6 === undefined || wish.v6 === held.v6) &&
    (wish.mac === undefined || wish.mac === state.macOf(held)) &&
    (wish.families ?? []).every((family) => (family === 4 ? held.v4 : held.v6) !== undefined)
  );
}
