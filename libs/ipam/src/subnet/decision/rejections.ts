// Rejections that several commands have: what they name is not there, or is in use.
import type { Holder } from '../../holder';
import { type Rejection, reject } from '../../rejection';
import type { SubnetState } from '../state/state';

export function subnetNotFound(subnet: string): { rejected: Rejection } {
  return reject('SubnetNotFound', `There is no subnet ${subnet}; define it first.`, { subnet });
}

export function poolNotFound(state: SubnetState, pool: string): { rejected: Rejection } {
  return reject(
    'PoolNotFound',
    `There is no pool ${pool} in subnet ${state.name}; name another one, or define it first.`,
    { subnet: state.name, pool },
  );
}

export function notHeld(state: SubnetState, holder: Holder): { rejected: Rejection } {
  return reject(
    'ReservationNotFound',
    `${holder} holds nothing in subnet ${state.name}; name one of its holders, or reserve an address first.`,
    { subnet: state.name, holder },
  );
}

export function vipNotFound(state: SubnetState, name: string): { rejected: Rejection } {
  return reject(
    'VipNotFound',
    `There is no Vip ${name} in subnet ${state.name}; name another subnet, or reserve the Vip first.`,
    { subnet: state.name, vip: name },
  );
}

export function ruleNotFound(state: SubnetState, rule: string): { rejected: Rejection } {
  return reject(
    'RuleNotFound',
    `There is no rule ${rule} in subnet ${state.name}; name another subnet, or define the rule first.`,
    { subnet: state.name, rule },
  );
}

/** An address is not taken from under its user. */
export function reservationUsedBy(
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
