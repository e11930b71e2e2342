// What is different between a row that should be and one that is, column by column. Values are compared as
// OVSDB means them: sets come sorted, the order of a map's keys means nothing.
import type { RowKey } from './ownership';

/** One row that is not as it should be, for people and metrics. */
export interface Difference {
  readonly key: RowKey;
  readonly kind: 'missing' | 'changed' | 'extra';
  /** Of a changed row: which columns. `ports` is the switch's: the port is on another switch than it should be. */
  readonly columns: readonly string[];
  /** What these columns, or the whole row, are and should be; `undefined` where there is none. */
  readonly found: Columns | undefined;
  readonly wanted: Columns | undefined;
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

export function rowChanges({ columns, externalIds }: Wanted, found: Found): RowChanges | undefined {
  const actual = found as unknown as Columns;
  const changed = Object.keys(columns).filter((name) => !sameValue(columns[name], actual[name]));
  const ids = Object.keys(externalIds).filter((key) => found.external_ids[key] !== externalIds[key]);
  if (changed.length === 0 && ids.length === 0) return undefined;
  return { columns: pick(columns, changed), externalIds: pick(externalIds, ids) };
}

export function changedRow(key: RowKey, changes: RowChanges, found: Found): Difference {
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

export const missingRow = (key: RowKey, { columns, externalIds }: Wanted): Difference => ({
  key,
  kind: 'missing',
  columns: [],
  found: undefined,
  wanted: { ...columns, external_ids: externalIds },
});

export const extraRow = (key: RowKey, found: object): Difference => ({
  key,
  kind: 'extra',
  columns: [],
  found: found as Columns,
  wanted: undefined,
});

function pick<Value>(from: { readonly [key: string]: Value }, keys: readonly string[]): { [key: string]: Value } {
  return Object.fromEntries(keys.flatMap((key) => (key in from ? [[key, from[key]!]] : [])));
}

function sameValue(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || !a || !b) return false;
  const keys = Object.keys(a);
  const other = b as Columns;
  return (
    keys.length === Object.keys(other).length && keys.every((key) => sameValue((a as Columns)[key], other[key]))
  );
}
