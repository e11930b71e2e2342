// Who holds which addresses: the events of a reservation, and what they have in common with all others that tell of one.
import type { AddressPair, Mac } from '../../address';
import type { Holder } from '../../holder';

export interface HeldAddress extends AddressPair {
  readonly mac: Mac;
}

/** The Logical_Switch_Port that a holder is reached by, where it is for Holdfast to make it. */
export interface PortRequest {
  /** Its name, unique in the whole Northbound. Absent: the port is made by somebody else, or there is none. */
  readonly port?: string;
  /** Whether the port may send and receive only what is its own (`port_security`). */
  readonly portSecurity?: boolean;
}

/** A Kubernetes object as it was when it was the reason for something. */
export interface Evidence {
  /** `pod/default/web-0`. */
  readonly object: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
}

/** A holder got addresses and a MAC: one address of each family that it wanted, or none at all. */
export interface AddressReserved extends HeldAddress, PortRequest {
  readonly type: 'AddressReserved';
  readonly holder: Holder;
}

/** A holder got other addresses, another MAC or another port for what it had. Without a port: that stayed. */
export interface AddressMoved extends HeldAddress, PortRequest {
  readonly type: 'AddressMoved';
  readonly holder: Holder;
  readonly from: HeldAddress;
}

/** A holder gave up all that it had in the subnet. */
export interface AddressReleased extends HeldAddress {
  readonly type: 'AddressReleased';
  readonly holder: Holder;
  readonly reason: string;
  readonly evidence?: Evidence;
}

export const heldOf = ({ v4, v6, mac }: HeldAddress): HeldAddress => ({ v4, v6, mac });

export const portOf = ({ port, portSecurity }: PortRequest): PortRequest =>
  port === undefined ? {} : { port, portSecurity: portSecurity ?? false };
