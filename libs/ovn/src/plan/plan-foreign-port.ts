// What of a port that others made is from us, and no more: the Vips that it may answer for, in the entries of its
// `port_security` that name addresses at all, and those that it answers for as a router's port. We remember in the
// row itself what we added, so that exactly that can be taken out again, whatever the owner did meanwhile.
import { formatAddress, parseAddress } from '@holdfast/ipam';
import type { PortRow } from '../actual/northbound';
import type { KnownPort } from '../actual/northbound-rows';
import { ALLOWED_KEY, type DueKey, PROXIED_KEY, nameOf } from '../model/row-keys';
import type { Batch, Plan } from './plan';
import { vipsOfParent } from './plan-port';
import { attachmentOf, proxiedOn } from './proxied';
import { sorted } from '../model/sorted';
import type { Write } from './writes';

export function planForeignPort(key: DueKey, batch: Batch): Plan {
  const { rows } = batch.options;
  const port = rows.portNamed(nameOf(key));
  const writes = port ? [...allow(batch, port), ...proxy(batch, port)] : [];
  return { position: undefined, hasRows: false, writes, differences: [], obstacle: undefined };
}

/** Subnets whose switch the port is on. */
function subnetsOf(batch: Batch, places: KnownPort['places']): readonly string[] {
  const { rows, view } = batch.options;
  return places
    .map((place) => rows.switch(place).row.name)
    .filter((name, at) => view.subnet(name) && batch.switchFor(name).candidates.includes(places[at]!));
}

function allow(batch: Batch, { row, owner, places }: KnownPort): readonly Write[] {
  const { port_security: security, external_ids: ids } = row;
  const ours = listOf(ids[ALLOWED_KEY]);
  if (owner) return ours.length === 0 ? [] : edit(row, 'port_security', security, ALLOWED_KEY, []);
  const wanted = subnetsOf(batch, places).flatMap((subnet) =>
    vipsOfParent(batch, subnet, row.name).map(formatAddress),
  );
  if (wanted.length === 0 && ours.length === 0) return [];
  const kept = security.map((entry) =>
    without(entry, (address) => ours.includes(address) && !wanted.includes(address)),
  );
  // What its owner listed is not from us, even if we would have.
  const listed = kept.flatMap((entry) => addressesIn(entry));
  const missing = wanted.filter((address) => !listed.includes(address));
  // An entry that names no address lets every one through, so nothing is added to it.
  const at = kept.findIndex((entry) => addressesIn(entry).length > 0);
  if (at >= 0 && missing.length > 0) kept[at] = [kept[at]!.trim(), ...missing].join(' ');
  const added = at < 0 ? [] : wanted.filter((address) => missing.includes(address) || ours.includes(address));
  return edit(row, 'port_security', sorted(kept), ALLOWED_KEY, sorted(added));
}

/** The entry as it is where nothing but the MAC would be left: that would let every address through. */
function without(entry: string, isGone: (address: string) => boolean): string {
  const [mac = '', ...rest] = entry.trim().split(/\s+/);
  const left = rest.filter((text) => !isGone(canonical(text)));
  return left.length === rest.length || left.length === 0 ? entry : [mac, ...left].join(' ');
}

function proxy(batch: Batch, port: KnownPort): readonly Write[] {
  const { rows } = batch.options;
  const { options, external_ids: ids } = port.row;
  const isMeant = (place: (typeof port.places)[number]): boolean => attachmentOf(rows, place)?.port === port;
  const wanted =
    port.owner || !port.places.some(isMeant)
      ? []
      : subnetsOf(batch, port.places).flatMap((subnet) => proxiedOn(batch, subnet));
  const ours = listOf(ids[PROXIED_KEY]);
  if (wanted.length === 0 && ours.length === 0) return [];
  const { arp_proxy: found = '', ...others } = options;
  const theirs = listOf(found).filter((text) => !ours.includes(canonical(text)));
  const added = wanted.filter((address) => !theirs.some((text) => canonical(text) === address));
  const all = [...theirs, ...added].join(' ');
  const next = port.owner ? options : { ...others, ...(all !== '' && { arp_proxy: all }) };
  const isSame = listOf(found).join(' ') === all || next === options;
  return edit(port.row, 'options', isSame ? options : next, PROXIED_KEY, sorted(added));
}

function edit(
  row: PortRow,
  column: 'port_security' | 'options',
  value: unknown,
  traceKey: string,
  remembered: readonly string[],
): readonly Write[] {
  const found = row[column];
  const isSame = JSON.stringify(found) === JSON.stringify(value);
  const trace = remembered.length > 0 ? remembered.join(' ') : undefined;
  if (isSame && row.external_ids[traceKey] === trace) return [];
  return [
    {
      write: 'edit',
      table: 'Logical_Switch_Port',
      uuid: row._uuid,
      was: { [column]: found },
      columns: isSame ? {} : { [column]: value },
      externalIds: { [traceKey]: trace },
    },
  ];
}

const listOf = (text: string | undefined): string[] => text?.split(/\s+/).filter((part) => part !== '') ?? [];

/** As we write addresses, so that another spelling is the same one. */
function canonical(text: string): string {
  const address = parseAddress(text);
  return address === undefined ? text : formatAddress(address);
}

/** "MAC IP IP/LENGTH ..." (ovn-nb(5), port_security): the addresses named. */
function addressesIn(entry: string): string[] {
  const [, ...rest] = entry.trim().split(/\s+/);
  return rest.map(canonical);
}
