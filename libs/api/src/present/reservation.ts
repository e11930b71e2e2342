// Reservations and Vips as messages.
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import {
  type HeldReservation,
  type Labels,
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
import { presentLabels } from './label';
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
    ...presentLabels(state.labels.of({ holder })),
  };
}

/** Of a command's reply. @param labels that the command gave */
export function presentHeldReservation(
  subnet: string,
  held: HeldReservation,
  labels?: Labels,
): ReservationInit {
  return {
    subnet,
    holder: held.holder,
    ...presentHeld(held),
    ...presentPort(held),
    ...presentLabels(labels),
  };
}

/** Of a reservation or its event: nothing where there is no port. */
export function presentPort({ port, portSecurity = false }: PortRequest): PortRequest {
  return port === undefined ? {} : { port, portSecurity };
}

/** Of a view. */
export function presentVip({ name, subnet, reservation }: VipEntry): VipInit {
  const { holder, v4, v6, sinceMs, vip } = reservation;
  const held = presentHeld({ v4, v6, mac: subnet.macOf(reservation) });
  const labels = presentLabels(subnet.labels.of({ holder }));
  return { ...vipInit(name, subnet.name, held, vip), ...labels, since: timestampFromMs(sinceMs) };
}

/** Of a command's reply. What a Vip was for is not said of one that was released. @param labels that the command gave */
export function presentHeldVip(subnet: string, held: HeldReservation, labels?: Labels): VipInit {
  const vip = vipInit(holderParts(held.holder).name, subnet, presentHeld(held), held.vip);
  return { ...vip, ...presentLabels(labels) };
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
