// The others who write the Northbound: they make switches and ports of their own, edit ours by hand, wipe everything
// and put old backups back. What theirs should be is kept in mind, to see whether somebody else touched it.
import type { SeededChance } from '@holdfast/clock/testing';
import { OWNER_KEY, POSITION_KEY } from '@holdfast/ovn';
import { operationsOf } from '@holdfast/ovsdb';
import { OVN_Northbound as OVN_NORTHBOUND } from '@holdfast/ovn/testing';
import type { Terrain } from '../orders/terrain';
import { type NorthboundDatabase, NO_ROWS, type Tables } from './database';
import type { StoredRow } from './values';

const { insert, update, mutate, delete: remove } = operationsOf(OVN_NORTHBOUND);

export type NeighbourEdits = Parameters<NorthboundDatabase['transact']>[0];

interface Backup {
  readonly tables: Tables;
  readonly theirs: ReadonlyMap<string, string>;
}

export const isOurs = ({ external_ids: ids }: StoredRow): boolean => OWNER_KEY in ids;

export class Neighbours {
  /** Their rows by UUID, as they left them, without what of ours is in them. */
  theirs = new Map<string, string>();
  private backup: Backup | undefined;
  private made = 0;
  /** Of the last edit. */
  transactions: NeighbourEdits[] = [];

  constructor(
    private readonly database: NorthboundDatabase,
    private readonly terrain: Terrain,
    private readonly chance: SeededChance,
  ) {}

  /** One edit; says what it was. */
  edit(): string {
    this.transactions = [];
    const kind = this.chance.below(10);
    const what =
      kind < 2
        ? this.toggleSwitch()
        : kind < 4
          ? this.addPort()
          : kind < 5
            ? this.removePort()
            : kind < 9
              ? this.damage()
              : this.loseCheckpoint();
    this.remember();
    return what;
  }

  /** Everything is gone, or an old backup is put back. */
  disaster(): string {
    const { backup } = this;
    this.backup = { tables: this.database.tables, theirs: this.theirs };
    this.database.replace(backup?.tables ?? new Map());
    this.theirs = new Map(backup?.theirs);
    return backup ? 'an old backup is restored' : 'everything is wiped';
  }

  private toggleSwitch(): string {
    const { name } = this.one(this.terrain.subnets);
    const [there] = this.rows('Logical_Switch').filter((row) => !isOurs(row) && row['name'] === name);
    if (there) {
      this.transact(remove('Logical_Switch', [['_uuid', '==', there._uuid as never]]));
      return `switch ${name} is taken away`;
    }
    this.transact(
      insert(
        'Logical_Switch',
        { name, external_ids: { vendor: 'another' } },
        { uuid: this.chance.uuid() as never },
      ),
    );
    return `another makes switch ${name}`;
  }

  private addPort(): string {
    const on = this.oneOf(this.rows('Logical_Switch').filter((row) => !isOurs(row)));
    if (!on) return 'nothing';
    this.made += 1;
    const name = this.chance.random() < 0.2 ? this.one(this.terrain.vips) : `other-${this.made}`;
    const uuid = this.chance.uuid() as never;
    this.transact(
      insert('Logical_Switch_Port', { name, addresses: ['unknown'] }, { uuid }),
      mutate('Logical_Switch', [['_uuid', '==', on._uuid as never]], [['ports', 'insert', [uuid]]]),
    );
    return `another makes port ${name}`;
  }

  private removePort(): string {
    const port = this.oneOf(this.rows('Logical_Switch_Port').filter((row) => !isOurs(row)));
    if (!port) return 'nothing';
    this.unplug(port);
    return `port ${String(port['name'])} is taken away`;
  }

  /** Somebody edits a row of ours by hand. */
  private damage(): string {
    const ports = this.rows('Logical_Switch_Port').filter(isOurs);
    const switches = this.rows('Logical_Switch').filter(isOurs);
    const row = this.oneOf([...ports, ...ports, ...switches]);
    if (!row) return 'nothing';
    const isPort = ports.includes(row);
    const where = [['_uuid', '==', row._uuid as never]] as const;
    switch (this.chance.below(3)) {
      case 0:
        if (isPort) this.unplug(row);
        else this.transact(remove('Logical_Switch', [...where]));
        return `our row ${String(row['name'])} is taken away`;
      case 1:
        if (isPort)
          this.transact(update('Logical_Switch_Port', [...where], { options: {}, addresses: ['dynamic'] }));
        return `our port ${String(row['name'])} loses its options`;
      default:
        this.made += 1;
        this.transact(
          isPort
            ? update('Logical_Switch_Port', [...where], { name: `renamed-${this.made}` })
            : update('Logical_Switch', [...where], { name: `renamed-${this.made}` }),
        );
        return `our row ${String(row['name'])} is renamed`;
    }
  }

  private loseCheckpoint(): string {
    this.transact(mutate('NB_Global', [], [['external_ids', 'delete', [POSITION_KEY]]]));
    return 'the checkpoint is taken away';
  }

  private unplug(port: StoredRow): void {
    for (const on of this.rows('Logical_Switch')) {
      if (!(on['ports'] as readonly string[]).includes(port._uuid)) continue;
      const where = [['_uuid', '==', on._uuid as never]] as const;
      this.transact(mutate('Logical_Switch', [...where], [['ports', 'delete', [port._uuid as never]]]));
    }
  }

  /** They know what they did; of what is left it is theirs what has not our key. */
  private remember(): void {
    this.theirs = new Map();
    for (const table of ['Logical_Switch', 'Logical_Switch_Port'])
      for (const row of this.rows(table))
        if (!isOurs(row)) this.theirs.set(row._uuid, theirPart(row, this.database.tables));
  }

  /** What somebody did before. */
  redo(transactions: readonly NeighbourEdits[]): void {
    for (const operations of transactions) this.transact(...operations);
    this.remember();
  }

  private transact(...operations: NeighbourEdits): void {
    this.transactions.push(operations);
    this.database.transact(operations, () => this.chance.uuid());
  }

  private rows(table: string): StoredRow[] {
    return [...(this.database.tables.get(table) ?? NO_ROWS).values()];
  }

  private one<Item>(items: readonly Item[]): Item {
    return items[this.chance.below(items.length)] as Item;
  }

  private oneOf<Item>(items: readonly Item[]): Item | undefined {
    return items.length === 0 ? undefined : this.one(items);
  }
}

/** A row of theirs without what refers to rows of ours. */
export function theirPart(row: StoredRow, tables: Tables): string {
  const isTheirs = (uuid: string): boolean => {
    for (const rows of tables.values()) {
      const there = rows.get(uuid);
      if (there) return !isOurs(there);
    }
    return false;
  };
  const entries = Object.entries(row).map(([column, value]) => [
    column,
    column === 'ports' || column === 'load_balancer' ? (value as readonly string[]).filter(isTheirs) : value,
  ]);
  return JSON.stringify(Object.fromEntries(entries));
}
