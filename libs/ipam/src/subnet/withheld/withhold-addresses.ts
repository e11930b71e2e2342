// WithholdAddresses: addresses of which it is not known whose they are, as one decision: whoever holds one of them in the ledger gives
// up what it has, whole, and none of them is given to anybody before an operator says whose it is. It does not find out what is
// disputed; its caller compares (libs/kube-ovn-import/src/recovery).
import { type Address, familyOf, formatAddress } from '../../address';
import { type Holder, vipNameOf } from '../../holder';
import { invalid } from '../../rejection';
import { type SubnetDecision, alreadySo, heldBy } from '../decision/decision';
import type { AddressWithheld, SubnetEvent, WithheldParty } from '../events';
import type { SubnetState } from '../state/state';

export interface WithholdAddresses {
  readonly type: 'WithholdAddresses';
  readonly subnet: string;
  /** What belongs together: all that is withheld because of the same parties. */
  readonly addresses: readonly {
    readonly address: Address;
    readonly parties: readonly WithheldParty[];
  }[];
  /** Why, for the record. */
  readonly because: string;
}

/** Each is an event, and they are one append: pairs that are tangled with each other are a few. */
export const WITHHELD_AT_ONCE_MAX = 256;
/** One a side, and the ledger's; a side that says it of more is broken otherwise. */
export const WITHHELD_PARTIES_MAX = 16;

export function withholdAddresses(command: WithholdAddresses, state: SubnetState): SubnetDecision {
  const { addresses, because } = command;
  if (addresses.length === 0 || addresses.length > WITHHELD_AT_ONCE_MAX)
    return invalid('addresses', `name 1 to ${WITHHELD_AT_ONCE_MAX}`);
  for (const { address, parties } of addresses) {
    const text = formatAddress(address);
    if (state.space(familyOf(address))?.unusable(address) !== undefined || !state.space(familyOf(address)))
      return invalid('addresses', `${text} can be nobody's in subnet ${state.name}`);
    if (parties.length === 0 || parties.length > WITHHELD_PARTIES_MAX)
      return invalid('parties', `name 1 to ${WITHHELD_PARTIES_MAX} for ${text}`);
  }
  const events: SubnetEvent[] = [];
  const holders = new Set(addresses.map(({ address }) => state.byAddress.get(address)?.holder));
  for (const holder of holders) if (holder !== undefined) events.push(...giveUp(state, holder, because));
  for (const { address, parties } of addresses) {
    const event: AddressWithheld = { type: 'AddressWithheld', address, parties, because };
    if (!isSo(event, state)) events.push(event);
  }
  return events.length === 0 ? alreadySo({}) : { events, reply: {} };
}

/** Whatever it is used for: that it is not known whose it is, is worse. */
function giveUp(state: SubnetState, holder: Holder, reason: string): SubnetEvent[] {
  const held = state.byHolder.get(holder);
  if (!held) return [];
  const vip = vipNameOf(holder);
  if (vip === undefined) return [{ type: 'AddressReleased', holder, ...heldBy(state, held), reason }];
  const rules = [...state.uses.rulesOf(vip)].sort();
  return [
    ...rules.map((rule): SubnetEvent => ({ type: 'RuleRetired', rule, vip, reason })),
    { type: 'VipReleased', name: vip, claim: held.claim ?? -1, ...heldBy(state, held), reason },
  ];
}

/** It is withheld because of the same parties, and nobody has said since whose it is. */
function isSo({ address, parties }: AddressWithheld, state: SubnetState): boolean {
  const known = state.withheld.of(address);
  return known !== undefined && known.settledFor === undefined && textOf(known.parties) === textOf(parties);
}

const textOf = (parties: readonly WithheldParty[]): string =>
  parties
    .map(({ holder, saidBy, v4, v6, mac }) => [holder, [...saidBy].sort(), v4, v6, mac].map(String).join(' '))
    .sort()
    .join('\n');
