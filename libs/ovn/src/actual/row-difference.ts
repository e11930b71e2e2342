// What is different between a row that should be and one that is, column by column. Values are compared as
// OVSDB means them: sets come sorted, the order of a map's keys means nothing.
import { PLACES } from './places';
import type { Columns } from '../model/desired-row';
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
  readonly actual: Columns | undefined;
  readonly desired: Columns | undefined;
  /** Of a conflict: one sentence for people. */
  readonly message?: string;
}

interface Desired {
  readonly columns: Columns;
  readonly externalIds: { readonly [key: string]: string };
}

interface Actual {
  readonly external_ids: { readonly [key: string]: string };
}

/** What to write so that the row is as desired; `undefined` if it is. */
export interface RowChanges {
  readonly columns: Columns;
  /** Keys of `external_ids` to be set. */
  readonly externalIds: { readonly [key: string]: string };
}

export function rowChanges(
  { columns, externalIds }: Desired,
  actual: Actual,
  /** More columns that are ours. */
  unset: Columns = NONE,
): RowChanges | undefined {
  if (isAs(columns, actual) && isAs(unset, actual) && isAs(externalIds, actual.external_ids))
    return undefined;
  return {
    columns: { ...changed(unset, actual), ...changed(columns, actual) },
    externalIds: changed(externalIds, actual.external_ids),
  };
}

const NONE: Columns = {};

/** The common case, so it makes no garbage. */
function isAs(desired: object, actual: object): boolean {
  for (const name in desired)
    if (!sameValue((desired as Columns)[name], (actual as Columns)[name])) return false;
  return true;
}

function changed<Value>(
  desired: { readonly [name: string]: Value },
  actual: object,
): { [name: string]: Value } {
  const differs = ([name, value]: [string, Value]): boolean => !sameValue(value, (actual as Columns)[name]);
  return Object.fromEntries(Object.entries(desired).filter(differs));
}

export function changedRow(key: RowKey, changes: RowChanges, actual: Actual): RowDifference {
  const ids = Object.keys(changes.externalIds);
  const columns = Object.keys(changes.columns);
  const shared = ids.length > 0;
  return {
    key,
    kind: 'changed',
    columns: shared ? [...columns, 'external_ids'] : columns,
    actual: {
      ...pick(actual as unknown as Columns, columns),
      ...(shared && { external_ids: pick(actual.external_ids, ids) }),
    },
    desired: { ...changes.columns, ...(shared && { external_ids: changes.externalIds }) },
  };
}

export const missingRow = (key: RowKey, { columns, externalIds }: Desired): RowDifference => ({
  key,
  kind: 'missing',
  columns: [],
  actual: undefined,
  desired: { ...columns, external_ids: externalIds },
});

/** @param actual, @param desired names of the switches or routers */
export const misplacedRow = (
  { key, table }: { readonly key: RowKey; readonly table: OwnTable },
  actual: readonly string[],
  desired: readonly string[],
): RowDifference => {
  const column = PLACES[table]?.column ?? 'ports';
  return {
    key,
    kind: 'changed',
    columns: [column],
    actual: { [column]: actual },
    desired: { [column]: desired },
  };
};

export const extraRow = (key: RowKey, actual: object): RowDifference => ({
  key,
  kind: 'extra',
  columns: [],
  actual: actual as Columns,
  desired: undefined,
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
