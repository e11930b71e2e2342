// What is to be written, and the operations of the one transaction that writes it. Pure. References are gathered by
// the row that holds them: the server copies a switch's whole set of ports each time that it is changed.
import { type OvsdbOperation, operationsOf } from '@holdfast/ovsdb';
import { PLACES, type RowPlace } from '../actual/places';
import type { DesiredRow } from '../model/desired-row';
import { type RowChanges, rowChanges } from '../actual/row-difference';
import { type Columns } from '../model/desired-row';
import { OVN_Northbound } from '../generated/northbound';
import type { OwnTable, RowUuid } from '../model/tables';
import type { NorthboundRows } from '../actual/northbound-rows';
import type { RowOwner } from '../model/row-keys';

// A write names its table at run time; the schema's types are kept where columns are made (model/*-rows.ts).
const operations = operationsOf(OVN_Northbound);
const insert = operations.insert as (
  table: OwnTable,
  row: Columns,
  options: { uuid: RowUuid },
) => OvsdbOperation;
const update = operations.update as (table: OwnTable, where: Where, row: Columns) => OvsdbOperation;
const mutate = operations.mutate as (
  table: Table,
  where: Where,
  mutations: readonly Mutation[],
) => OvsdbOperation;
const remove = operations.delete as (table: OwnTable, where: Where) => OvsdbOperation;
const wait = operations.wait as (table: OwnTable, options: WaitFor) => OvsdbOperation;

type Table = OwnTable | 'NB_Global';
type Where = readonly (readonly [string, '==', unknown])[];
type Mutation = readonly [string, 'insert' | 'delete', unknown];
interface WaitFor {
  readonly where: Where;
  readonly columns: readonly string[];
  readonly until: '==';
  readonly rows: readonly Columns[];
  readonly timeoutMs: 0;
}

/** New rows have UUIDs of our choice, so that we know them for ours whatever becomes of them. */
export type Write =
  | {
      readonly write: 'insert';
      readonly owner: RowOwner;
      readonly uuid: RowUuid;
      readonly row: DesiredRow;
      /** The rows that are to refer to it. */
      readonly into: readonly RowUuid[];
      /** Refused unless the rows called so are these: somebody else may have made one meanwhile. */
      readonly beside?: readonly RowUuid[];
    }
  /** Takes what is in it along; refused if these columns are not so any more, if any are given. */
  | {
      readonly write: 'delete';
      readonly table: OwnTable;
      readonly uuid: RowUuid;
      readonly holding: Columns | undefined;
    }
  /** Refers to it from a place, or no more: what lives there is gone then. */
  | {
      readonly write: 'attach' | 'detach';
      readonly table: OwnTable;
      readonly uuid: RowUuid;
      readonly place: RowUuid;
    }
  | {
      readonly write: 'update';
      readonly table: OwnTable;
      readonly uuid: RowUuid;
      readonly changes: RowChanges;
    }
  /** Somebody else's row: refused unless the columns are what they were, so that no edit of theirs is lost. */
  | {
      readonly write: 'edit';
      readonly table: 'Logical_Switch_Port';
      readonly uuid: RowUuid;
      readonly was: Columns;
      readonly columns: Columns;
      /** Keys of `external_ids`; `undefined`: to be taken out. */
      readonly externalIds: { readonly [key: string]: string | undefined };
    };

/** What must hold comes first; `operation` of a refusal then says which. */
export function operationsFor(writes: readonly Write[]): readonly OvsdbOperation[] {
  const guards: OvsdbOperation[] = [];
  const rows: OvsdbOperation[] = [];
  const references = new References();
  for (const write of writes) {
    const { uuid } = write;
    switch (write.write) {
      case 'insert': {
        const { table, columns, externalIds } = write.row;
        if (write.beside) guards.push(rowsAre(table, columns['name'], write.beside));
        rows.push(insert(table, { ...columns, external_ids: externalIds }, { uuid }));
        for (const place of write.into) references.of(table, place).in.push(uuid);
        break;
      }
      case 'delete':
        if (write.holding) guards.push(rowIs(write.table, uuid, write.holding));
        rows.push(remove(write.table, [['_uuid', '==', uuid]]));
        break;
      case 'attach':
        references.of(write.table, write.place).in.push(uuid);
        break;
      case 'detach':
        references.of(write.table, write.place).out.push(uuid);
        break;
      case 'update':
        rows.push(...edits(write.table, uuid, write.changes));
        break;
      case 'edit':
        guards.push(rowIs(write.table, uuid, write.was));
        rows.push(...edits(write.table, uuid, write));
        break;
    }
  }
  return [...guards, ...rows, ...references.operations()];
}

/**
 * Whether new rows are there exactly as they were to be. Building from nothing is made of these; of other writes
 * it says no, and they are compared.
 */
export function areWritten(writes: readonly Write[], rows: NorthboundRows): boolean {
  return writes.every((write) => {
    if (write.write !== 'insert') return false;
    const known = rows.get(write.uuid);
    const { row } = write;
    return (
      known !== undefined && arePlaces(known.places, write.into) && !rowChanges(row, known.row, row.unset)
    );
  });
}

const arePlaces = (found: readonly RowUuid[], desired: readonly RowUuid[]): boolean =>
  found.length === desired.length && desired.every((place) => found.includes(place));

interface Reference extends RowPlace {
  readonly holder: RowUuid;
  readonly in: RowUuid[];
  readonly out: RowUuid[];
}

class References {
  private readonly byHolder = new Map<string, Reference>();

  of(table: OwnTable, holder: RowUuid): Reference {
    const place = PLACES[table]!;
    // A switch is the place of ports and of load balancers.
    const key = place.column === 'load_balancer' ? `${holder}*` : holder;
    let reference = this.byHolder.get(key);
    if (!reference) this.byHolder.set(key, (reference = { ...place, holder, in: [], out: [] }));
    return reference;
  }

  operations(): readonly OvsdbOperation[] {
    return Array.from(this.byHolder.values(), ({ table, column, holder, in: added, out: removed }) =>
      mutate(
        table,
        [['_uuid', '==', holder]],
        [
          ...(removed.length > 0 ? [[column, 'delete', removed] as const] : []),
          ...(added.length > 0 ? [[column, 'insert', added] as const] : []),
        ],
      ),
    );
  }
}

/** `insert` leaves a key alone that is there, so it is taken out first (RFC 7047 section 5.1). */
export function setKeys(
  table: Table,
  uuid: string,
  keys: { readonly [key: string]: string | undefined },
): OvsdbOperation {
  const there = Object.fromEntries(Object.entries(keys).filter(([, value]) => value !== undefined));
  return mutate(
    table,
    [['_uuid', '==', uuid]],
    [
      ['external_ids', 'delete', Object.keys(keys)],
      ...(Object.keys(there).length > 0 ? [['external_ids', 'insert', there] as const] : []),
    ],
  );
}

interface Edits {
  readonly columns: Columns;
  readonly externalIds: { readonly [key: string]: string | undefined };
}

function edits(table: OwnTable, uuid: RowUuid, { columns, externalIds }: Edits): readonly OvsdbOperation[] {
  return [
    ...(Object.keys(columns).length > 0 ? [update(table, [['_uuid', '==', uuid]], columns)] : []),
    ...(Object.keys(externalIds).length > 0 ? [setKeys(table, uuid, externalIds)] : []),
  ];
}

function rowsAre(table: OwnTable, name: unknown, uuids: readonly RowUuid[]): OvsdbOperation {
  const rows = uuids.map((uuid) => ({ _uuid: uuid }));
  return wait(table, { where: [['name', '==', name]], columns: ['_uuid'], until: '==', rows, timeoutMs: 0 });
}

function rowIs(table: OwnTable, uuid: RowUuid, values: Columns): OvsdbOperation {
  const where = [['_uuid', '==', uuid]] as const;
  return wait(table, { where, columns: Object.keys(values), until: '==', rows: [values], timeoutMs: 0 });
}
