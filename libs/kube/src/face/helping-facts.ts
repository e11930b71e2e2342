// Which facts may turn a refusal into a success. Pure. Too few would leave somebody waiting for the slow clock, too many
// would ask in vain; neither does harm.
import {
  type AddressPair,
  formatAddress,
  formatMac,
  type Mac,
  type Rejection,
  type SubnetEvent,
} from '@holdfast/ipam';

/** `one of many`: it may, but only one of those who wait for the same. */
export type Help = 'no' | 'yes' | 'one of many';

/** @param event of the subnet that refused */
export function helps(event: SubnetEvent, { code, facts }: Rejection): Help {
  if (isDefinition(event)) return 'yes';
  const freed = freedBy(event);
  if (!freed) return 'no';
  switch (code) {
    case 'AddressTaken':
    case 'AddressCooling':
    case 'SubnetInUse':
      return facts['address'] === undefined || textsOf(freed).includes(facts['address']) ? 'yes' : 'no';
    case 'MacTaken':
      return facts['mac'] === formatMac(freed.mac) ? 'yes' : 'no';
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

export function isDefinition({ type }: SubnetEvent): boolean {
  return type === 'SubnetDefined' || type === 'SubnetRevised' || type === 'SubnetRetired';
}

/** What somebody held until now; some of it may be kept. */
function freedBy(event: SubnetEvent): (AddressPair & { readonly mac: Mac }) | undefined {
  switch (event.type) {
    case 'AddressReleased':
    case 'VipReleased':
      return event;
    case 'AddressMoved':
    case 'VipRevised':
      return event.from;
    case 'SubnetDefined':
    case 'SubnetRevised':
    case 'SubnetRetired':
    case 'AddressReserved':
    case 'VipReserved':
    case 'VipNameYielded':
      return undefined;
  }
}

function textsOf({ v4, v6 }: AddressPair): string[] {
  return [v4, v6].filter((address) => address !== undefined).map(formatAddress);
}
