// What of others stands in the way of a row: its name, its MAC or one of its addresses is taken already.
import { type Address, formatAddress, formatMac } from '@holdfast/ipam';
import type { MultiMap } from '../actual/multi-map';
import type { KnownRow, NorthboundRows } from '../actual/northbound-rows';
import { isPortTable } from '../actual/places';
import type { DesiredRow } from '../model/desired-row';
import type { NorthboundKey } from '../model/row-keys';
import type { RowUuid, SwitchPortRow } from '../model/tables';
import type { Obstacle } from './plan';
import type { TransactionBatch } from './transaction-batch';

/** @param due the key that is planned; @param kept the row of ours that is to become the desired one */
export function obstacleTo(
  desired: DesiredRow,
  into: readonly RowUuid[],
  due: NorthboundKey,
  kept: KnownRow | undefined,
  batch: TransactionBatch,
): Obstacle | undefined {
  return nameTaken(desired, due, kept, batch.options.rows) ?? claimTaken(desired, into[0]!, kept, batch);
}

/** A port of the switch has one of the addresses, so that OVN answers with that port's MAC. */
export function answered(
  rows: NorthboundRows,
  place: RowUuid,
  addresses: readonly Address[],
): Obstacle | undefined {
  const on = rows.onSwitch(place);
  for (const address of addresses) {
    const name = rival(rows, on?.addresses, address);
    if (name !== undefined) return taken('AddressAnswered', formatAddress(address), name, ANSWERED);
  }
  return undefined;
}

function nameTaken(
  { table, columns }: DesiredRow,
  due: NorthboundKey,
  kept: KnownRow | undefined,
  rows: NorthboundRows,
): Obstacle | undefined {
  const name = columns['name'] as string;
  if (!isPortTable(table)) return undefined;
  if (kept && (kept.row as SwitchPortRow).name === name) return undefined;
  for (const each of PORT_TABLES) {
    if (!rows.isNamed(each, name)) continue;
    const other = rows
      .namedIn(each, name)
      .map((uuid) => rows.get(uuid)!)
      .find(({ owner }) => owner?.due !== due || each !== table);
    if (!other) continue;
    const whose = other.owner ? `stands for ${other.owner.key}` : "is not Holdfast's";
    const type = each === 'Logical_Switch_Port' ? ` (type "${(other.row as SwitchPortRow).type}")` : '';
    const message = `A ${each} called ${name}${type} is there and ${whose}; remove or rename it, or choose another name.`;
    return { reason: 'PortNameTaken', message };
  }
  return undefined;
}

/** No two ports of a switch may share a MAC or a virtual address, and no Vip may stand in any `addresses`. */
function claimTaken(
  { claims, table, key }: DesiredRow,
  place: RowUuid,
  kept: KnownRow | undefined,
  batch: TransactionBatch,
): Obstacle | undefined {
  if (!claims || table !== 'Logical_Switch_Port') return undefined;
  const { rows } = batch.options;
  const on = rows.onSwitch(place);
  const own = kept?.row._uuid ?? (key as string as RowUuid);
  const { mac, addresses = NO_ADDRESSES, vips = NO_ADDRESSES } = claims;
  if (mac !== undefined) {
    const name = rival(rows, on?.macs, mac) ?? batch.claim(`${place} mac ${mac}`, own);
    if (name !== undefined) return taken('MacTaken', formatMac(mac), name, ONE_OF_TWO);
  }
  for (const address of addresses.length === 0 ? vips : [...addresses, ...vips]) {
    const name = rival(rows, on?.virtualIps, address) ?? batch.claim(`${place} ${address}`, own);
    if (name !== undefined) return virtualIpTaken(address, name);
  }
  return answered(rows, place, vips);
}

/** The name of somebody else's port that has it. Ours has it no longer than until it is compared itself. */
function rival<Key>(
  rows: NorthboundRows,
  claims: MultiMap<Key, RowUuid> | undefined,
  key: Key,
): string | undefined {
  if (!claims?.has(key)) return undefined;
  const ports = claims.get(key).map((uuid) => rows.port(uuid));
  return ports.find(({ owner }) => !owner)?.row.name;
}

const PORT_TABLES = ['Logical_Switch_Port', 'Logical_Router_Port'] as const;
const NO_ADDRESSES: readonly Address[] = [];
const ONE_OF_TWO = 'OVN delivers to only one of the two, which one is chance';
const ANSWERED = 'OVN itself answers for what stands in "addresses", so that nobody else ever gets it';

const taken = (
  reason: 'MacTaken' | 'AddressAnswered',
  what: string,
  port: string,
  why: string,
): Obstacle => ({
  reason,
  message: `The port ${port} on the same switch has ${what} too; ${why}. Take it from there, or choose another one.`,
});

const virtualIpTaken = (address: Address, port: string): Obstacle => ({
  reason: 'VirtualIpTaken',
  message: `The virtual port ${port} on the same switch has the address ${formatAddress(address)} too; OVN serves only one of the two. Remove it, or choose another address.`,
});
