// What is different between a row that should be and one that is, column by column. Values are compared as
// OVSDB means them: sets come sorted, the order of a map's keys means nothing.
import { PLACES } from './places';
import type { OwnTable } from '../model/tables';
import type { RowKey } from '../model/row-keys';

/** One row that is not as it should be, for people and metrics. */
export interface RowDifference {
  readonly key: RowKey;
  /** `conflict`: rows of which OVN can serve only one, none of them ours to change; of `subnet/<name>`. */
  readonly kind: 'missing' | 'changed' | 'extra' | 'conflict';
  /** Of a changed row: which columns. `ports`: it is on these switches, and should be on that. */
  readonly columns: readonly string[];
  /** What these columns, or the whole row, are and should be; `undefined` where there is none. */
  readonly found: Columns | undefined;
  readonly wanted: Columns | undefined;
  /** Of a conflict: one sentence for people. */
  readonly message?: string;
}

export interface Columns {
  readonly [column: string]: unknown;
}

interface Wanted {
  readonly columns: Columns;
  readonly externalIds: { readonly [key: string]: string };
}

interface Found {
  readonly external_ids: { readonly [key: string]: string };
}

/** What to write so that the row is as wanted; `undefined` if it is. */
export interface RowChanges {
  readonly columns: Columns;
  /** Keys of `external_ids` to be set. */
  readonly externalIds: { readonly [key: string]: string };
}

export function rowChanges(
  { columns, externalIds }: Wanted,
  found: Found,
  /** More columns that are ours. */
  unset: Columns = NONE,
): RowChanges | undefined {
  if (isAs(columns, found) && isAs(unset, found) && isAs(externalIds, found.external_ids)) return undefined;
  return {
    columns: { ...changed(unset, found), ...changed(columns, found) },
    externalIds: changed(externalIds, found.external_ids),
  };
}

const NONE: Columns = {};

/** The common case, so it makes no garbage. */
function isAs(wanted: object, found: object): boolean {
  for (const name in wanted)
    if (!sameValue((wanted as Columns)[name], (found as Columns)[name])) return false;
  return true;
}

function changed<Value>(
  wanted: { readonly [name: string]: Value },
  found: object,
): { [name: string]: Value } {
  const differs = ([name, value]: [string, Value]): boolean => !sameValue(value, (found as Columns)[name]);
  return Object.fromEntries(Object.entries(wanted).filter(differs));
}

export function changedRow(key: RowKey, changes: RowChanges, found: Found): RowDifference {
  const ids = Object.keys(changes.externalIds);
  const columns = Object.keys(changes.columns);
  const shared = ids.length > 0;
  return {
    key,
    kind: 'changed',
    columns: shared ? [...columns, 'external_ids'] : columns,
    found: {
      ...pick(found as unknown as Columns, columns),
      ...(shared && { external_ids: pick(found.external_ids, ids) }),
    },
    wanted: { ...changes.columns, ...(shared && { external_ids: changes.externalIds }) },
  };
}

export const missingRow = (key: RowKey, { columns, externalIds }: Wanted): RowDifference => ({
  key,
  kind: 'missing',
  columns: [],
  found: undefined,
  wanted: { ...columns, external_ids: externalIds },
});

/** `found`, `wanted`: names of the switches or routers. */
export const misplacedRow = (
  { key, table }: { readonly key: RowKey; readonly table: OwnTable },
  found: readonly string[],
  wanted: readonly string[],
): RowDifference => {
  const column = PLACES[table]?.column ?? 'ports';
  return {
    key,
    kind: 'changed',
    columns: [column],
    found: { [column]: found },
    wanted: { [column]: wanted },
  };
};

export const extraRow = (key: RowKey, found: object): RowDifference => ({
  key,
  kind: 'extra',
  columns: [],
  found: found as Columns,
  wanted: undefined,
});

function pick<Value>(
  from: { readonly [key: string]: Value },
  keys: readonly string[],
): { [key: string]: Value } {
  return Object.fromEntries(keys.flatMap((key) => (key in from ? [[key, from[key]!]] : [])));
}

function sameValue(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || !a || !b) return false;
  return isAs(a, b) && isAs(b, a);
}
