// All rows of a Northbound at one moment, indexed as the projector indexes them. It follows nothing.
import type { NorthboundChange } from '@holdfast/ovn';
import {
  type AnyRow,
  type GlobalRow,
  NorthboundRows,
  type OwnTable,
  type RowListener,
  type RowUuid,
  WATCHED,
  type WatchedTables,
} from '@holdfast/ovn/planning';

/** Rows of each table by UUID. */
export type NorthboundTables = {
  readonly [Table in keyof WatchedTables]: ReadonlyMap<string, WatchedTables[Table]>;
};

/** Keys of `external_ids` as if they were set, by row. */
export type Pretence = ReadonlyMap<RowUuid, { readonly [key: string]: string }>;

/** @param pretence what is not so yet */
export function indexed(tables: NorthboundTables, pretence?: Pretence): NorthboundRows {
  const rows = new NorthboundRows();
  const changes: NorthboundChange[] = [];
  for (const table of Object.keys(WATCHED) as (keyof WatchedTables)[])
    for (const row of tables[table].values()) changes.push(inserted(table, row, pretence));
  rows.apply(changes, NOBODY);
  return rows;
}

function inserted(
  table: keyof WatchedTables,
  row: AnyRow | GlobalRow,
  pretence: Pretence | undefined,
): NorthboundChange {
  const uuid = row._uuid as RowUuid;
  const keys = pretence?.get(uuid);
  const after = keys ? { ...row, external_ids: { ...row.external_ids, ...keys } } : row;
  return { table: table as OwnTable, uuid, kind: 'insert', before: undefined, after } as NorthboundChange;
}

/** Nobody is waiting for what is read once. */
const NOBODY: RowListener = {
  ownRowsChanged: () => undefined,
  portNameChanged: () => undefined,
  portChanged: () => undefined,
  switchNameChanged: () => undefined,
  routerNameChanged: () => undefined,
  attachmentChanged: () => undefined,
  claimsChanged: () => undefined,
  claimShared: () => undefined,
};
