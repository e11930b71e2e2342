// What is asked of reservations, from the view.
import type { GetReservation, ListReservations } from '@holdfast/api';
import { type Holder, type Reservation, type SubnetState, holderParts, reject } from '@holdfast/ipam';
import type { LedgerReader } from '../follow/ledger-reader';
import { type Found, type Listed, isSelectedBy, noSubnet, sortedPage } from './page';

export interface ReservationEntry {
  readonly subnet: SubnetState;
  readonly reservation: Reservation;
}

export function getReservation(
  { subnet: name, holder }: GetReservation,
  { view }: LedgerReader,
): Found<ReservationEntry> {
  const subnet = view.subnet(name);
  if (!subnet) return noSubnet(name);
  const reservation = subnet.byHolder.get(holder);
  if (reservation) return { found: { subnet, reservation } };
  return reject(
    'ReservationNotFound',
    `${holder} holds nothing in subnet ${name}; reserve an address first.`,
    {
      subnet: name,
      holder,
    },
  );
}

/** A page costs one pass over the subnets that it is from, and none over those before and after. */
export function listReservations(
  query: ListReservations,
  { view }: LedgerReader,
): Found<Listed<ReservationEntry>> {
  const { page } = query;
  if (query.subnet !== undefined && !view.subnet(query.subnet)) return noSubnet(query.subnet);
  const [afterSubnet = '', afterHolder] = page.after ?? [];
  const subnets = [...view.subnets()]
    .filter(({ name }) => (query.subnet ?? name) === name && name >= afterSubnet)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const entries: ReservationEntry[] = [];
  for (const subnet of subnets) {
    const after = subnet.name === afterSubnet && afterHolder !== undefined ? [afterHolder] : undefined;
    // One more than wanted tells whether another page follows.
    const left = { size: page.size + 1 - entries.length, ...(after && { after }) };
    const found = sortedPage(reservationsIn(subnet, query), ({ holder }) => [holder], left);
    entries.push(...found.entries.map((reservation) => ({ subnet, reservation })));
    if (entries.length > page.size) break;
  }
  const shown = entries.slice(0, page.size);
  const last = entries.length > page.size ? shown[shown.length - 1] : undefined;
  return {
    found: { entries: shown, ...(last && { last: [last.subnet.name, last.reservation.holder] }) },
  };
}

function* reservationsIn(subnet: SubnetState, query: ListReservations): Iterable<Reservation> {
  for (const reservation of subnet.byHolder.values()) {
    const { holder } = reservation;
    if (matches(holder, query) && isSelectedBy(query.labels, subnet, { holder })) yield reservation;
  }
}

function matches(holder: Holder, { kind, namespace }: ListReservations): boolean {
  if (kind === undefined && namespace === undefined) return true;
  const parts = holderParts(holder);
  return (kind ?? parts.kind) === parts.kind && (namespace ?? parts.namespace) === parts.namespace;
}
