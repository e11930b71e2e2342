// Answers what is asked of the ledger, from the view; and from the log, where the past is asked for.
import type { Clock } from '@holdfast/clock';
import {
  type Family,
  type Holder,
  type Rejection,
  type Reservation,
  type SubnetState,
  type VipEntry,
  countAddresses,
  formatAddress,
  holderParts,
  reject,
} from '@holdfast/ipam';
import type {
  GetReservation,
  GetSubnet,
  GetVip,
  ListFreeAddresses,
  ListReservations,
  ListSubnets,
  ListVips,
  Page,
} from '@holdfast/api';
import type { LedgerReader } from './ledger-reader';

/** A part of a sorted list; `last` is its last entry's key when more follows. */
export interface Listed<Entry> {
  readonly entries: readonly Entry[];
  readonly last?: readonly string[];
}

export interface ReservationEntry {
  readonly subnet: SubnetState;
  readonly reservation: Reservation;
}

export interface FreeAddresses {
  readonly family: Family;
  readonly addresses: readonly string[];
  readonly available: bigint;
}

export type Answer<Found> =
  | { readonly found: Found; readonly rejected?: undefined }
  | { readonly rejected: Rejection };

export function getSubnet({ name }: GetSubnet, { view }: LedgerReader): Answer<SubnetState> {
  const subnet = view.subnet(name);
  return subnet ? { found: subnet } : noSubnet(name);
}

export function listSubnets({ page }: ListSubnets, { view }: LedgerReader): Listed<SubnetState> {
  return sortedPage(view.subnets(), ({ name }) => [name], page);
}

export function listFreeAddresses(
  { subnet: name, family, limit }: ListFreeAddresses,
  { view }: LedgerReader,
  clock: Clock,
): Answer<FreeAddresses> {
  const subnet = view.subnet(name);
  if (!subnet) return noSubnet(name);
  const wanted: Family = family ?? subnet.families()[0] ?? 4;
  const space = subnet.space(wanted);
  const counts = countAddresses(subnet, wanted);
  if (!space || !counts) {
    return reject(
      'FamilyUnavailable',
      `Subnet ${name} has no IPv${wanted} block; ask for the family it has.`,
      {
        subnet: name,
        family: `IPv${wanted}`,
      },
    );
  }
  const coolingMs = subnet.definition?.coolingMs ?? 0;
  const addresses = space.upcoming(limit, clock.now(), coolingMs).map(formatAddress);
  return { found: { family: wanted, addresses, available: counts.available } };
}

export function getReservation(
  { subnet: name, holder }: GetReservation,
  { view }: LedgerReader,
): Answer<ReservationEntry> {
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
): Answer<Listed<ReservationEntry>> {
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

function* reservationsIn({ byHolder }: SubnetState, query: ListReservations): Iterable<Reservation> {
  for (const reservation of byHolder.values()) if (matches(reservation.holder, query)) yield reservation;
}

export function getVip({ name }: GetVip, { view }: LedgerReader): Answer<VipEntry> {
  const vip = view.vip(name);
  return vip
    ? { found: vip }
    : reject('VipNotFound', `There is no Vip ${name}; reserve it first.`, { vip: name });
}

export function listVips({ subnet, page }: ListVips, { view }: LedgerReader): Answer<Listed<VipEntry>> {
  if (subnet !== undefined && !view.subnet(subnet)) return noSubnet(subnet);
  const matching = function* (): Iterable<VipEntry> {
    for (const vip of view.vips()) if (subnet === undefined || vip.subnet.name === subnet) yield vip;
  };
  return { found: sortedPage(matching(), ({ name }) => [name], page) };
}

function matches(holder: Holder, { kind, namespace }: ListReservations): boolean {
  if (kind === undefined && namespace === undefined) return true;
  const parts = holderParts(holder);
  return (kind ?? parts.kind) === parts.kind && (namespace ?? parts.namespace) === parts.namespace;
}

export function noSubnet(name: string): { rejected: Rejection } {
  return reject('SubnetNotFound', `There is no subnet ${name}; define it first.`, { subnet: name });
}

/** The first `size` entries after `after` in key order, in one pass and without sorting all of them. */
export function sortedPage<Entry>(
  entries: Iterable<Entry>,
  keyOf: (entry: Entry) => readonly string[],
  { size, after }: Page,
): Listed<Entry> {
  const page: { readonly key: readonly string[]; readonly entry: Entry }[] = [];
  for (const entry of entries) {
    const key = keyOf(entry);
    if (after && compareKeys(key, after) <= 0) continue;
    const greatest = page[page.length - 1];
    if (page.length > size && greatest && compareKeys(key, greatest.key) >= 0) continue;
    page.splice(placeOf(page, key), 0, { key, entry });
    if (page.length > size + 1) page.pop();
  }
  const hasMore = page.length > size;
  const shown = page.slice(0, size);
  return {
    entries: shown.map(({ entry }) => entry),
    ...(hasMore && { last: shown[shown.length - 1]?.key }),
  };
}

function placeOf(page: readonly { readonly key: readonly string[] }[], key: readonly string[]): number {
  let [low, high] = [0, page.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compareKeys((page[middle] as { key: readonly string[] }).key, key) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function compareKeys(a: readonly string[], b: readonly string[]): number {
  for (let at = 0; at < a.length; at += 1) {
    const [left = '', right = ''] = [a[at], b[at]];
    if (left !== right) return left < right ? -1 : 1;
  }
  return 0;
}
