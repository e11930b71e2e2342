// Which addresses somebody asks for, and whether what is held is that. Choosing them is the business of ./choose-addresses.
import type { Family, Mac } from '../../address';
import type { Rejection } from '../../rejection';
import type { PortRequest } from '../events';
import type { Reservation } from '../state/reservation';
import type { SubnetState } from '../state/state';

/** Which addresses: what is absent is chosen. */
export interface AddressRequest {
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
 * Whether what is held is what is requested. A request for every family is met by the families that there were
 * at the time: a subnet that grows another one must not make an old command's second delivery a new one.
 */
export function satisfies(
  state: SubnetState,
  held: Reservation,
  request: AddressRequest & PortRequest,
): boolean {
  return (
    (request.v4 === undefined || request.v4 === held.v4) &&
    (request.v6 === undefined || request.v6 === held.v6) &&
    (request.port === undefined ||
      (request.port === held.port && (request.portSecurity ?? false) === (held.portSecurity ?? false))) &&
    (request.mac === undefined || request.mac === state.macOf(held)) &&
    (request.families ?? []).every((family) => (family === 4 ? held.v4 : held.v6) !== undefined)
  );
}
