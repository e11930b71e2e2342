// Which facts may turn a refusal into a success. Pure. Too few would leave somebody waiting for the slow clock, too many
// would ask in vain; neither does harm.
import { formatAddress, formatMac, type HeldAddress, type Rejection, type SubnetEvent } from '@holdfast/ipam';

/** What a fact changed that somebody may have waited for. */
export type Relief =
  | { readonly is: 'definition' }
  /** What somebody held until now; some of it may be kept. Addresses and MAC as a rejection's facts have them. */
  | { readonly is: 'freed'; readonly addresses: readonly string[]; readonly mac: string };

/** `one of many`: it may, but only one of those who wait for the same. */
export type Help = 'no' | 'yes' | 'one of many';

/** Undefined when it can help nobody. */
export function reliefOf(event: SubnetEvent): Relief | undefined {
  switch (event.type) {
    case 'AddressReleased':
    case 'VipReleased':
      return freed(event);
    case 'AddressMoved':
    case 'VipRevised':
      return freed(event.from);
    case 'SubnetDefined':
    case 'SubnetRevised':
    case 'SubnetRetired':
      return { is: 'definition' };
    case 'AddressReserved':
    case 'VipReserved':
    case 'VipNameYielded':
      return undefined;
  }
}

/** @param relief in the subnet that refused */
export function helps(relief: Relief, { code, facts }: Rejection): Help {
  if (relief.is === 'definition') return 'yes';
  switch (code) {
    case 'AddressTaken':
    case 'AddressCooling':
    case 'SubnetInUse':
      return facts['address'] === undefined || relief.addresses.includes(facts['address']) ? 'yes' : 'no';
    case 'MacTaken':
      return facts['mac'] === relief.mac ? 'yes' : 'no';
    case 'SubnetExhausted':
      return 'one of many';
    // Only a definition helps, or the holder itself, or time.
    case 'SubnetNotFound':
    case 'SubnetExists':
    case 'FamilyUnavailable':
    case 'AddressOutOfRange':
    case 'AddressNotUsable':
    case 'InvalidArgument':
    case 'HolderHoldsOther':
    case 'ReservationNotFound':
    case 'VipExists':
    case 'VipNotFound':
    case 'VipNameTaken':
    case 'CommandExpired':
    case 'CommandIdReused':
      return 'no';
  }
}

function freed({ v4, v6, mac }: HeldAddress): Relief {
  const addresses = [v4, v6].filter((address) => address !== undefined).map(formatAddress);
  return { is: 'freed', addresses, mac: formatMac(mac) };
}
