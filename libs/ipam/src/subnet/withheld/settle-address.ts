// SettleAddress: whose a withheld address is, as an operator says. It reserves nothing: that holder alone may have it from then on.
import { type Address, familyOf, formatAddress } from '../../address';
import type { Holder } from '../../holder';
import { type Rejection, invalid, reject } from '../../rejection';
import { type SubnetDecision, accept, alreadySo } from '../decision/decision';
import type { SubnetState } from '../state/state';

export interface SettleAddress {
  readonly type: 'SettleAddress';
  readonly subnet: string;
  readonly address: Address;
  /** Absent: nobody's, so that anybody may have it once it has cooled. */
  readonly holder?: Holder;
  /** Why, for the record. */
  readonly because: string;
}

export function settleAddress(
  { address, holder, because }: SettleAddress,
  state: SubnetState,
): SubnetDecision {
  const known = state.withheld.of(address);
  const holds = holder !== undefined && state.byAddress.get(address)?.holder === holder;
  if (holds || (known && holder !== undefined && known.settledFor === holder)) return alreadySo({});
  if (!known || state.space(familyOf(address)) === undefined)
    return invalid('address', `${formatAddress(address)} is not withheld in subnet ${state.name}`);
  return accept({ type: 'AddressSettled', address, ...(holder !== undefined && { holder }), because });
}

/** Why the holder may not have it, if it is withheld from it. */
export function withheldFrom(
  state: SubnetState,
  holder: Holder,
  address: Address,
): { rejected: Rejection } | undefined {
  const known = state.withheld.of(address);
  if (!known || known.settledFor === holder) return undefined;
  const text = formatAddress(address);
  const parties = known.settledFor ?? known.parties.map((party) => party.holder).join(' and ');
  return reject(
    'AddressWithheld',
    `${text} of subnet ${state.name} is withheld for ${parties}; name another one, or have \`holdfast recover --holder ${text}=HOLDER\` say whose it is.`,
    {
      subnet: state.name,
      address: text,
      parties: known.settledFor ?? known.parties.map((one) => one.holder).join(','),
    },
  );
}
