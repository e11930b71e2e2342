// ReviseVip: another purpose or other addresses for a Vip, decided as one.
import { vipHolder } from '../holder';
import { chooseAddresses } from './choose-addresses';
import type { ReviseVip } from './commands';
import { type Moment, type SubnetDecision, accept, alreadySo, describe, heldBy } from './decision';
import { comesBeforeReservation } from './late';
import { vipNotFound } from './release-vip';
import { satisfies } from './reserve-address';
import { purposeDifferences } from './reserve-vip';
import { type SubnetState, purposeOf } from './state';

export function reviseVip(command: ReviseVip, state: SubnetState, moment: Moment): SubnetDecision {
  const { name } = command;
  const holder = vipHolder(name);
  const held = state.byHolder.get(holder);
  if (!held?.vip) return vipNotFound(state, name);
  if (satisfies(state, held, command) && purposeDifferences(held.vip, command).length === 0) {
    return alreadySo({ reservation: describe(state, held) });
  }
  const late = comesBeforeReservation(state, holder, moment);
  if (late) return late;
  const from = heldBy(state, held);
  const wish = { v4: command.v4, v6: command.v6, mac: command.mac, families: [] };
  const choice = chooseAddresses(state, holder, wish, moment, from);
  if (choice.rejected) return choice;
  return accept({ type: 'VipRevised', name, ...purposeOf(command), ...choice.chosen, from });
}
