// ReviseVip: another purpose or other addresses for a Vip, decided as one.
import type { Mac } from '../../address';
import { vipHolder } from '../../holder';
import { reject } from '../../rejection';
import { type Moment, type SubnetDecision, accept, alreadySo, describe, heldBy } from '../decision/decision';
import { comesBeforeReservation } from '../decision/late';
import { vipNotFound } from '../decision/rejections';
import { type VipPurpose, purposeOf } from '../events';
import { satisfies } from '../reservation/address-request';
import { chooseAddresses } from '../reservation/choose-addresses';
import type { SubnetState } from '../state/state';
import { usedByRules } from './release-vip';
import { purposeDifferences } from './reserve-vip';

/** The Vip as it should be from now on; an address that is absent stays. */
export interface ReviseVip extends VipPurpose {
  readonly type: 'ReviseVip';
  readonly subnet: string;
  readonly name: string;
  readonly v4?: number;
  readonly v6?: bigint;
  readonly mac?: Mac;
}

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
  if (command.vipType !== held.vip.vipType) {
    const used =
      usedByRules(state, name, `made one of type "${command.vipType}"`) ?? usedByParents(state, name);
    if (used) return used;
  }
  const from = heldBy(state, held);
  const request = { v4: command.v4, v6: command.v6, mac: command.mac, families: [] };
  const choice = chooseAddresses(state, holder, request, moment, from);
  if (choice.rejected) return choice;
  return accept({ type: 'VipRevised', name, ...purposeOf(command), ...choice.chosen, from });
}

function usedByParents(state: SubnetState, vip: string): SubnetDecision | undefined {
  const parents = state.uses.parents(vip).map(({ port }) => port);
  if (parents.length === 0) return undefined;
  return reject(
    'VipInUse',
    `Vip ${vip} of subnet ${state.name} has parents, ${parents[0]} among them, and keeps its type; have them withdrawn first.`,
    { subnet: state.name, vip, parents: parents.join(',') },
  );
}
