// What is remembered of who holds something, and of who did. Never changed, only replaced.
import type { Address, AddressPair, Mac } from '../../address';
import type { Holder } from '../../holder';
import type { PortRequest, VipPurpose } from '../events';

/** Who holds what, since when. Never changed, only replaced. */
export interface Reservation extends AddressPair, PortRequest {
  readonly holder: Holder;
  /** Absent: the MAC derived from the IPv4 address, or else the IPv6 address (see `SubnetState.macOf`). */
  readonly ownMac?: Mac;
  readonly sinceMs: number;
  /** When its addresses or its purpose last changed; absent: never since. */
  readonly changedAtMs?: number;
  readonly vip?: VipPurpose;
  /** Of a Vip: the claim to its name under which it was reserved. */
  readonly claim?: number;
}

/** Who gave up an address that nobody has taken since. */
export interface LastHolder {
  readonly holder: Holder;
  readonly releasedAtMs: number;
  /** Of all releases here: which one it was. */
  readonly order: number;
}

/** A holder who left, with what it had. */
export interface LastHeld extends AddressPair {
  readonly releasedAtMs: number;
}

export function addressesOf(pair: AddressPair): Address[] {
  return [pair.v4, pair.v6].filter((address) => address !== undefined);
}
