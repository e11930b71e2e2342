// A Northbound in words: every row that we write to, with the names of what refers to it and without UUIDs, so that
// two databases can be compared.
import { REFERENCES, referred } from '../actual/places';
import type { AnyRow, OwnTable } from '../model/tables';
import { WATCHED } from '../model/tables';
import type { NorthboundLab } from './northbound-lab';

const TABLES = Object.keys(WATCHED).filter((table): table is OwnTable => table !== 'NB_Global');
/** What ovn-northd writes, and what refers to other rows by UUID. */
const LEFT_OUT = new Set(['_uuid', 'up', 'dynamic_addresses', 'ports', 'load_balancer', 'health_check']);

/** One line a row, sorted. */
export async function pictureOf(lab: NorthboundLab): Promise<readonly string[]> {
  const rows: { readonly table: OwnTable; readonly row: AnyRow }[] = [];
  for (const table of TABLES)
    for (const row of await lab.rowsOf(table)) rows.push({ table, row: row as unknown as AnyRow });
  const places = new Map<string, string[]>();
  for (const { table, row } of rows)
    for (const column of REFERENCES[table] ?? [])
      for (const uuid of referred(row, column)) places.set(uuid, [...(places.get(uuid) ?? []), nameOf(row)]);
  return rows.map(({ table, row }) => lineOf(table, row, places.get(row._uuid) ?? [])).sort();
}

const nameOf = (row: AnyRow): string => ('name' in row ? row.name : row.vip);

function lineOf(table: OwnTable, row: AnyRow, places: readonly string[]): string {
  const columns = Object.entries(row)
    .filter(([column, value]) => !LEFT_OUT.has(column) && !isEmpty(value))
    .map(([column, value]) => `${column}=${textOf(value)}`)
    .sort();
  return `${table} ${nameOf(row)} in [${[...places].sort()}]: ${columns.join(' ')}`;
}

const isEmpty = (value: unknown): boolean =>
  value === undefined || (typeof value === 'object' && value !== null && Object.keys(value).length === 0);

function textOf(value: unknown): string {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return JSON.stringify(value);
  return JSON.stringify(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
