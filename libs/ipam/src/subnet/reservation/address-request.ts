// Which addresses somebody asks for, and whether what is held is that. Choosing them is the business of ./choose-addresses.
import type { Family, Mac } from '../../address';
import type { Rejection } from '../../rejection';
import type { PortWish } from '../events';
import type { Reservation } from '../state/reservation';
import type { SubnetState } from '../state/state';

/** Which addresses: what is absent is chosen. */
export interface AddressWish {
  readonly v4?: number;
  readonly v6?: bigint;
  readonly mac?: Mac;
  /** Absent: every family of the subnet. */
  readonly families?: readonly Family[];
  /** Where addresses that are not named come from. Absent: from none of the pools. */
  readonly pool?: string;
}

/** All of what was asked for, or nothing. */
export type Chosen<Value> =
  | { readonly chosen: Value; readonly rejected?: undefined }
  | { readonly rejected: Rejection };

/**
 * Whether what is held is what is wished for. A wish for every family is fulfilled by the families that there were
 * at the time: a subnet that grows another one must not make an old command's second delivery a new one.
 */
export function satisfies(state: SubnetState, held: Reservation, wish: AddressWish & PortWish): boolean {
  return (
    (wish.v4 === undefined || wish.v4 === held.v4) &&
    (wish.v6 === undefined || wish.v6 === held.v6) &&
    (wish.port === undefined ||
      (wish.port === held.port && (wish.portSecurity ?? false) === (held.portSecurity ?? false))) &&
    (wish.mac === undefined || wish.mac === state.macOf(held)) &&
    (wish.families ?? []).every((family) => (family === 4 ? held.v4 : held.v6) !== undefined)
  );
}
