// What is to be written, and the operations of the one transaction that writes it. Pure. References of ports are
// gathered by switch: the server copies a switch's whole set of ports each time that it is changed.
import { type Operation, type RowInput, operationsOf } from '@holdfast/ovsdb';
import { type DesiredPort, PORT_COLUMNS_UNSET } from './desired';
import { type RowChanges, rowChanges } from './diff';
import { OVN_Northbound, type OVN_Northbound_Tables } from './generated/northbound';
import type { PortUuid, SwitchUuid } from './northbound';
import type { NorthboundRows } from './northbound-rows';
import type { Owner } from './ownership';

const { insert, update, mutate, delete: remove, wait } = operationsOf(OVN_Northbound);

/** New rows have UUIDs of our choice, so that we know them for ours whatever becomes of them. */
export type Write =
  /** Refused unless the switches called so are these: somebody else may have made one meanwhile. */
  | {
      readonly write: 'insert-switch';
      readonly owner: Owner;
      readonly uuid: SwitchUuid;
      readonly row: RowInput<OVN_Northbound_Tables['Logical_Switch']> & { readonly name: string };
      readonly beside: readonly SwitchUuid[];
    }
  /** Takes its ports with it; refused if they are not these any more. */
  | { readonly write: 'delete-switch'; readonly uuid: SwitchUuid; readonly ports: readonly PortUuid[] }
  | {
      readonly write: 'insert-port';
      readonly owner: Owner;
      readonly uuid: PortUuid;
      readonly into: SwitchUuid;
      readonly port: DesiredPort;
    }
  /** A port that no switch refers to is gone. */
  | { readonly write: 'remove-port'; readonly uuid: PortUuid; readonly from: SwitchUuid }
  | {
      readonly write: 'update';
      readonly table: 'Logical_Switch' | 'Logical_Switch_Port';
      readonly uuid: SwitchUuid | PortUuid;
      readonly changes: RowChanges;
    };

/** What must hold comes first; `operation` of a refusal then tells which. */
export function operationsFor(writes: readonly Write[]): readonly Operation[] {
  const guards: Operation[] = [];
  const rows: Operation[] = [];
  const references = new References();
  for (const write of writes) {
    switch (write.write) {
      case 'insert-switch':
        guards.push(switchesAre(write.row.name, write.beside));
        rows.push(insert('Logical_Switch', write.row, { uuid: write.uuid }));
        break;
      case 'delete-switch':
        guards.push(switchHasPorts(write.uuid, write.ports));
        rows.push(remove('Logical_Switch', [['_uuid', '==', write.uuid]]));
        break;
      case 'insert-port':
        rows.push(insertPort(write.port, write.uuid));
        references.of(write.into).in.push(write.uuid);
        break;
      case 'remove-port':
        references.of(write.from).out.push(write.uuid);
        break;
      case 'update':
        rows.push(...updates(write.table, write.uuid, write.changes));
        break;
    }
  }
  return [...guards, ...rows, ...references.operations()];
}

/**
 * Whether new ports are there exactly as they were to be. Building from nothing is made of these; of other writes
 * it says no, and they are compared.
 */
export function areWritten(writes: readonly Write[], rows: NorthboundRows): boolean {
  return writes.every((write) => {
    if (write.write !== 'insert-port') return false;
    const { uuid, into, port } = write;
    const known = rows.ports.get(uuid);
    const isThere = known?.places.length === 1 && known.places[0] === into;
    return isThere && !rowChanges(port, known.row, PORT_COLUMNS_UNSET);
  });
}

const insertPort = ({ columns, externalIds }: DesiredPort, uuid: PortUuid): Operation =>
  insert('Logical_Switch_Port', { ...columns, external_ids: externalIds }, { uuid });

class References {
  private readonly bySwitch = new Map<SwitchUuid, { readonly in: PortUuid[]; readonly out: PortUuid[] }>();

  of(uuid: SwitchUuid): { readonly in: PortUuid[]; readonly out: PortUuid[] } {
    let references = this.bySwitch.get(uuid);
    if (!references) this.bySwitch.set(uuid, (references = { in: [], out: [] }));
    return references;
  }

  operations(): readonly Operation[] {
    return Array.from(this.bySwitch, ([uuid, { in: added, out: removed }]) =>
      mutate(
        'Logical_Switch',
        [['_uuid', '==', uuid]],
        [
          ...(removed.length > 0 ? [['ports', 'delete', removed] as const] : []),
          ...(added.length > 0 ? [['ports', 'insert', added] as const] : []),
        ],
      ),
    );
  }
}

/** `insert` leaves a key alone that is there, so it is taken out first (RFC 7047 section 5.1). */
export function setKeys(
  table: 'Logical_Switch' | 'Logical_Switch_Port' | 'NB_Global',
  uuid: string,
  keys: { readonly [key: string]: string },
): Operation {
  return mutate(
    table,
    [['_uuid', '==', uuid as never]],
    [
      ['external_ids', 'delete', Object.keys(keys)],
      ['external_ids', 'insert', keys],
    ],
  );
}

function updates(
  table: 'Logical_Switch' | 'Logical_Switch_Port',
  uuid: SwitchUuid | PortUuid,
  { columns, externalIds }: RowChanges,
): readonly Operation[] {
  return [
    ...(Object.keys(columns).length > 0 ? [update(table, [['_uuid', '==', uuid as never]], columns)] : []),
    ...(Object.keys(externalIds).length > 0 ? [setKeys(table, uuid, externalIds)] : []),
  ];
}

function switchesAre(name: string, uuids: readonly SwitchUuid[]): Operation {
  return wait('Logical_Switch', {
    where: [['name', '==', name]],
    columns: ['_uuid'],
    until: '==',
    rows: uuids.map((uuid) => ({ _uuid: uuid })),
    timeoutMs: 0,
  });
}

function switchHasPorts(uuid: SwitchUuid, ports: readonly PortUuid[]): Operation {
  return wait('Logical_Switch', {
    where: [['_uuid', '==', uuid]],
    columns: ['ports'],
    until: '==',
    rows: [{ ports }],
    timeoutMs: 0,
  });
}
