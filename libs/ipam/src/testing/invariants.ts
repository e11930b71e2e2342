// What must hold of a Subnet whatever was asked of it (the README's guarantees), counted anew from who holds what.
import { type Address, type Mac, familyOf, formatAddress, formatMac } from '../address';
import type { Holder } from '../holder';
import { type SubnetState, USERS_MAX, addressesOf } from '../subnet';
import { countAddresses } from '../view';

/** One sentence for each invariant that is broken: none in a sound state. */
export function brokenInvariants(state: SubnetState): string[] {
  return [
    ...holders(state),
    ...macs(state),
    ...users(state),
    ...labels(state),
    ...withheld(state),
    ...counts(state),
  ];
}

function* holders(state: SubnetState): Iterable<string> {
  const seen = new Map<Address, Holder>();
  for (const [holder, reservation] of state.byHolder) {
    const addresses = addressesOf(reservation);
    if (reservation.holder !== holder) yield `${holder} is written down as ${reservation.holder}`;
    if (addresses.length === 0) yield `${holder} holds no address`;
    for (const address of addresses) {
      const text = formatAddress(address);
      const unusable = state.space(familyOf(address))?.unusable(address);
      if (seen.has(address)) yield `${text} is held by ${holder} and by ${seen.get(address)}`;
      if (state.byAddress.get(address) !== reservation) yield `${text} of ${holder} is not found by address`;
      if (!state.space(familyOf(address))) yield `${text} of ${holder} is of a family that is not here`;
      if (unusable) yield `${text} of ${holder} is for nobody: ${unusable}`;
      seen.set(address, holder);
    }
  }
  if (state.byAddress.size !== seen.size)
    yield `${state.byAddress.size} addresses, but ${seen.size} are held`;
}

function* macs(state: SubnetState): Iterable<string> {
  const seen = new Map<Mac, Holder>();
  for (const [holder, reservation] of state.byHolder) {
    const mac = state.macOf(reservation);
    if (seen.has(mac)) yield `MAC ${formatMac(mac)} belongs to ${holder} and to ${seen.get(mac)}`;
    if (state.holderOfMac(mac) !== holder) yield `MAC ${formatMac(mac)} of ${holder} is not found`;
    seen.set(mac, holder);
  }
}

function* users(state: SubnetState): Iterable<string> {
  for (const [holder, { users: using, retained }] of state.users) {
    if (!state.byHolder.has(holder)) yield `${holder} holds nothing, but is used or kept`;
    if (using.length > USERS_MAX) yield `${holder} has ${using.length} users`;
    if (new Set(using.map(({ uid }) => uid)).size < using.length) yield `${holder} has a user twice`;
    if (retained && using.length > 0) yield `${holder} is kept for later, and used`;
  }
}

function* labels(state: SubnetState): Iterable<string> {
  for (const { holder, pool } of state.labels.subjects()) {
    if (!state.definition) yield `a subnet that is not there has labels`;
    if (holder !== undefined && !state.byHolder.has(holder)) yield `${holder} holds nothing, but has labels`;
    if (pool !== undefined && !state.definition?.pools?.some(({ name }) => name === pool))
      yield `pool ${pool} is not there, but has labels`;
  }
}

function* withheld(state: SubnetState): Iterable<string> {
  for (const [address] of state.withheld) {
    const text = formatAddress(address);
    const next = state.space(familyOf(address))?.upcoming(1_000, Number.MAX_SAFE_INTEGER, 0) ?? [];
    if (state.byAddress.has(address)) yield `${text} is withheld, and held`;
    if (next.includes(address)) yield `${text} is withheld, and comes by itself`;
  }
}

function* counts(state: SubnetState): Iterable<string> {
  for (const family of [4, 6] as const) {
    const held = [...state.byAddress.keys()].filter((address) => familyOf(address) === family);
    const space = state.space(family);
    const excluded = held.filter((address) => space?.isExcluded(address));
    const counted = countAddresses(state, family);
    if (counted && counted.using !== BigInt(held.length)) yield `IPv${family}: using ${counted.using}`;
    if (
      counted &&
      space &&
      counted.available !== space.sizeUsable() - BigInt(held.length - excluded.length)
    ) {
      yield `IPv${family}: available ${counted.available}, ${held.length} held, ${excluded.length} of them excluded`;
    }
  }
}
