// ReserveVip: an address under a name of its own, whose user may change.
import { vipHolder } from '../../holder';
import { reject } from '../../rejection';
import { type Moment, type SubnetDecision, accept, alreadySo, describe } from '../decision/decision';
import { comesBeforeRelease } from '../decision/late';
import { type ObjectOwner, type VipPurpose, purposeOf } from '../events';
import { type LabelsRequest, asksForOtherLabels, withLabels } from '../label/with-labels';
import { type AddressRequest, satisfies } from '../reservation/address-request';
import { chooseAddresses } from '../reservation/choose-addresses';
import type { SubnetState } from '../state/state';

export interface ReserveVip extends AddressRequest, VipPurpose, LabelsRequest {
  readonly type: 'ReserveVip';
  readonly subnet: string;
  readonly name: string;
  /** Version of the event that claimed the name (see ../vip-name). */
  readonly claim: number;
  /** The object that it is for. Absent: none. */
  readonly owner?: ObjectOwner;
}

export const reserveVip = (command: ReserveVip, state: SubnetState, moment: Moment): SubnetDecision =>
  withLabels(command, { holder: vipHolder(command.name) }, () => reserve(command, state, moment));

function reserve(command: ReserveVip, state: SubnetState, moment: Moment): SubnetDecision {
  const { name, claim } = command;
  const holder = vipHolder(name);
  const held = state.byHolder.get(holder);
  if (held) {
    const differs = [
      ...(satisfies(state, held, command) ? [] : ['addresses or MAC']),
      ...(held.vip ? purposeDifferences(held.vip, command) : []),
      ...(asksForOtherLabels(command, { holder }, state) ? ['labels'] : []),
    ].join(', ');
    return differs === ''
      ? alreadySo({ reservation: describe(state, held) })
      : reject(
          'VipExists',
          `Vip ${name} exists in subnet ${state.name} with other ${differs} than asked for; revise it, or choose another name.`,
          { subnet: state.name, vip: name, differs },
        );
  }
  const late = comesBeforeRelease(state, holder, moment);
  if (late) return late;
  const choice = chooseAddresses(state, holder, command, moment);
  if (choice.rejected) return choice;
  if (claim <= state.yieldedClaim(name)) {
    return reject(
      'VipNameTaken',
      `Subnet ${state.name} gave up its claim to the Vip name ${name}; ask again to claim it anew.`,
      { vip: name, subnet: state.name },
    );
  }
  const owner = command.owner ?? null;
  return accept({ type: 'VipReserved', name, claim, owner, ...purposeOf(command), ...choice.chosen });
}

/** The fields in which two purposes differ. */
export function purposeDifferences(a: VipPurpose, b: VipPurpose): (keyof VipPurpose)[] {
  const isSame: Record<keyof VipPurpose, boolean> = {
    vipType: a.vipType === b.vipType,
    namespace: (a.namespace ?? '') === (b.namespace ?? ''),
    selector:
      a.selector.length === b.selector.length && a.selector.every((entry, at) => entry === b.selector[at]),
    note: (a.note ?? '') === (b.note ?? ''),
  };
  return (Object.keys(isSame) as (keyof VipPurpose)[]).filter((field) => !isSame[field]);
}
