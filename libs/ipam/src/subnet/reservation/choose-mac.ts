// Which MAC a holder gets: the one that it names, if it may have it, or else one derived from its address.
import { type Address, DERIVED_MAC_ATTEMPTS, type Mac, formatAddress, formatMac } from '../../address';
import type { Holder } from '../../holder';
import { type Rejection, reject } from '../../rejection';
import type { SubnetState } from '../state/state';
import type { Chosen } from './address-request';

export function chooseMac(
  state: SubnetState,
  holder: Holder,
  address: Address,
  named: Mac | undefined,
): Chosen<Mac> {
  if (named !== undefined) {
    if (named === state.routerMac()) return routersMac(state, named);
    const other = state.holderOfMac(named);
    return other === undefined || other === holder ? { chosen: named } : macTaken(state, named, other);
  }
  for (let attempt = 0; attempt < DERIVED_MAC_ATTEMPTS; attempt += 1) {
    const derived = state.derivedMac(address, attempt);
    const isFree = state.holderOfMac(derived) === undefined && derived !== state.routerMac();
    if (isFree) return { chosen: derived };
  }
  return reject(
    'MacTaken',
    `Every MAC that could be derived from ${formatAddress(address)} in subnet ${state.name} is taken; name one.`,
    { subnet: state.name, address: formatAddress(address) },
  );
}

/** Two ports of a switch with one MAC would take each other's frames. */
function routersMac(state: SubnetState, mac: Mac): { rejected: Rejection } {
  return reject(
    'MacTaken',
    `MAC ${formatMac(mac)} is that of the gateway's router port in subnet ${state.name}; name another one, or none to have one derived.`,
    { subnet: state.name, mac: formatMac(mac) },
  );
}

function macTaken(state: SubnetState, mac: Mac, other: Holder): { rejected: Rejection } {
  return reject(
    'MacTaken',
    `MAC ${formatMac(mac)} of subnet ${state.name} belongs to ${other}; name another one, or none to have one derived.`,
    { subnet: state.name, mac: formatMac(mac), holder: other },
  );
}
