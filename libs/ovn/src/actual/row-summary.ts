// A row as text, for people who ask what there is: what it is called and what it does. It leaves out what only we read
// in it (`external_ids`), and references, which are UUIDs.
import type { AnyRow, OwnTable } from '../model/tables';
import type { KnownRow } from './northbound-rows';

export interface RowSummary {
  readonly table: OwnTable;
  /** Its `name`, or for a table without one the column that identifies it. */
  readonly name: string;
  /** Those that are not empty, in the form that ovn-nbctl(8) prints. */
  readonly columns: { readonly [column: string]: string };
}

/** What is a reference, or for ourselves, or shown already. */
const NOT_SHOWN = new Set(['_uuid', 'name', 'external_ids', 'ports', 'load_balancer', 'health_check']);

export function rowSummary({ table, row }: Pick<KnownRow, 'table' | 'row'>): RowSummary {
  const columns: Record<string, string> = {};
  for (const [column, value] of Object.entries(row)) {
    const text = NOT_SHOWN.has(column) ? '' : valueText(value);
    if (text !== '') columns[column] = text;
  }
  return { table, name: nameOf(row), columns };
}

/** In the order of table and name. */
export function rowSummaries(rows: readonly KnownRow[]): RowSummary[] {
  const keyOf = ({ table, name }: RowSummary): string => `${table} ${name}`;
  return rows.map(rowSummary).sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

const nameOf = (row: AnyRow): string => ('name' in row ? row.name : row.vip);

/** Empty: nothing, or no value at all. */
function valueText(value: unknown): string {
  if (value === undefined || value === '') return '';
  if (Array.isArray(value)) return value.length === 0 ? '' : `[${value.map(atomText).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return atomText(value);
  const pairs = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  const texts = pairs.map(([key, each]) => `${atomText(key)}=${atomText(each)}`);
  return texts.length === 0 ? '' : `{${texts.join(', ')}}`;
}

/** What is no word is quoted. */
function atomText(atom: unknown): string {
  const text = String(atom);
  return typeof atom !== 'string' || /^[A-Za-z_][\w.-]*$/.test(text) ? text : JSON.stringify(text);
}
