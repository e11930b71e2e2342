// What is to be done in a port that others made, so that it answers for the Vips that the ledger says and for no
// others of ours (model/foreign-port.ts). Each edit holds only while the row is as it was read.
import { formatAddress } from '@holdfast/ipam';
import { attachmentOf } from '../actual/attachment';
import type { KnownPort } from '../actual/northbound-rows';
import { listOf, withAllowed, withProxied } from '../model/foreign-port';
import { proxiedOn } from '../model/lb-vip-rows';
import { vipsOfParent } from '../model/port-rows';
import { ALLOWED_KEY, type NorthboundKey, PROXIED_KEY, nameOf } from '../model/row-keys';
import type { RowUuid, SwitchPortRow } from '../model/tables';
import type { Plan } from './plan';
import type { TransactionBatch } from './transaction-batch';
import type { Write } from './writes';

export function planForeignPort(key: NorthboundKey, batch: TransactionBatch): Plan {
  const port = batch.options.rows.portNamed(nameOf(key));
  const writes = port ? [...allow(batch, port), ...proxy(batch, port)] : [];
  return { position: undefined, hasRows: false, writes, differences: [], obstacle: undefined };
}

/** Subnets whose switch the port is on. */
function subnetsOf(batch: TransactionBatch, places: KnownPort['places']): readonly string[] {
  const { rows, ledger } = batch.options;
  return places
    .map((place) => rows.switch(place).row.name)
    .filter((name, at) => ledger.view.subnet(name) && batch.switchFor(name).candidates.includes(places[at]!));
}

function allow(batch: TransactionBatch, { row, owner, places }: KnownPort): readonly Write[] {
  const { port_security: security, external_ids: ids } = row;
  const ours = listOf(ids[ALLOWED_KEY]);
  if (owner) return ours.length === 0 ? [] : edit(row, 'port_security', security, ALLOWED_KEY, []);
  const { ledger } = batch.options;
  const desired = subnetsOf(batch, places).flatMap((subnet) =>
    vipsOfParent(subnet, row.name, ledger).map(formatAddress),
  );
  if (desired.length === 0 && ours.length === 0) return [];
  const next = withAllowed(security, ours, desired);
  return edit(row, 'port_security', next.value, ALLOWED_KEY, next.ours);
}

function proxy(batch: TransactionBatch, port: KnownPort): readonly Write[] {
  const { rows, ledger } = batch.options;
  const { options, external_ids: ids } = port.row;
  const answersOn = (place: RowUuid): boolean => attachmentOf(rows, place)?.port === port;
  const desired =
    port.owner || !port.places.some(answersOn)
      ? []
      : subnetsOf(batch, port.places).flatMap((subnet) => proxiedOn(ledger, subnet));
  const ours = listOf(ids[PROXIED_KEY]);
  if (desired.length === 0 && ours.length === 0) return [];
  const { arp_proxy: found = '', ...others } = options;
  const next = withProxied(found, ours, desired);
  const isSame = port.owner !== undefined || listOf(found).join(' ') === next.value;
  const proxied = { ...others, ...(next.value !== '' && { arp_proxy: next.value }) };
  return edit(port.row, 'options', isSame ? options : proxied, PROXIED_KEY, next.ours);
}

function edit(
  row: SwitchPortRow,
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
