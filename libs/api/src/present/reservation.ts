// Reservations and Vips as messages.
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import {
  type HeldReservation,
  type PortRequest,
  type Reservation,
  type SubnetState,
  type VipEntry,
  type VipPurpose,
  holderParts,
} from '@holdfast/ipam';
import type { ReservationSchema, VipSchema } from '../contract';
import { type HeldTexts, presentHeld } from './address';
import type { FieldsOf } from './encode';
import { type UseInit, presentUse } from './use';

type ReservationInit = FieldsOf<typeof ReservationSchema>;
type VipInit = FieldsOf<typeof VipSchema>;

/** Of a view's state. */
export function presentReservation(state: SubnetState, reservation: Reservation): ReservationInit & UseInit {
  const { holder, v4, v6, sinceMs } = reservation;
  return {
    subnet: state.name,
    holder,
    ...presentHeld({ v4, v6, mac: state.macOf(reservation) }),
    since: timestampFromMs(sinceMs),
    ...presentPort(reservation),
    ...presentUse(state, holder),
  };
}

/** Of a command's reply. */
export function presentHeldReservation(subnet: string, held: HeldReservation): ReservationInit {
  return { subnet, holder: held.holder, ...presentHeld(held), ...presentPort(held) };
}

/** Of a reservation or its event: nothing where there is no port. */
export function presentPort({ port, portSecurity = false }: PortRequest): PortRequest {
  return port === undefined ? {} : { port, portSecurity };
}

/** Of a view. */
export function presentVip({ name, subnet, reservation }: VipEntry): VipInit {
  const { v4, v6, sinceMs, vip } = reservation;
  const held = presentHeld({ v4, v6, mac: subnet.macOf(reservation) });
  return { ...vipInit(name, subnet.name, held, vip), since: timestampFromMs(sinceMs) };
}

/** Of a command's reply. What a Vip was for is not said of one that was released. */
export function presentHeldVip(subnet: string, held: HeldReservation): VipInit {
  return vipInit(holderParts(held.holder).name, subnet, presentHeld(held), held.vip);
}

export function vipInit(name: string, subnet: string, held: HeldTexts, purpose?: VipPurpose): VipInit {
  return {
    name,
    subnet,
    ...held,
    ...(purpose && {
      type: purpose.vipType,
      ...(purpose.namespace !== undefined && { namespace: purpose.namespace }),
      selector: [...purpose.selector],
      note: purpose.note ?? '',
    }),
  };
}
