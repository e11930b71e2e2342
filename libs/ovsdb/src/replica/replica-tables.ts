// The rows a replica holds, and what a monitor's words do to them: pure bookkeeping, no connection. An update
// is applied whole or, if it does not fit, not at all.
import { OvsdbFault } from '../schema/fault';
import type { MonitorUpdate, WireChange, WireChanges } from './monitor';
import { type AnyCondition, encodeConditions } from '../transact/operations';
import { type TableCodec, tableCodecs } from '../schema/rows';
import type { AnySchema, OvsdbRow } from '../schema/schema';

export interface AnySelection {
  readonly [table: string]: {
    readonly columns?: readonly string[];
    readonly where?: readonly AnyCondition[];
  };
}

export interface AnyChange {
  readonly kind: 'insert' | 'modify' | 'delete';
  readonly table: string;
  readonly uuid: string;
  readonly before: OvsdbRow | undefined;
  readonly after: OvsdbRow | undefined;
}

interface ReplicaTable {
  readonly codec: TableCodec;
  readonly where: unknown;
  readonly rows: Map<string, OvsdbRow>;
}

export class ReplicaTables {
  private readonly tables = new Map<string, ReplicaTable>();

  /** @throws OvsdbFault `invalid-value` for what is not in the schema. */
  constructor(schema: AnySchema, selection: AnySelection) {
    const codecs = tableCodecs(schema);
    for (const [name, { columns, where }] of Object.entries(selection)) {
      const names = columns?.filter((column) => column !== '_uuid');
      this.tables.set(name, {
        codec: names ? codecs(name).only(names) : codecs(name),
        where: where && encodeConditions(codecs, name, where),
        rows: new Map(),
      });
    }
  }

  /** The columns of each table. */
  columns(): ReadonlyMap<string, readonly string[]> {
    return new Map(Array.from(this.tables, ([name, { codec }]) => [name, codec.columnNames]));
  }

  /** The same with conditions, as a monitor asks for them. */
  request(): { readonly [table: string]: { readonly columns: readonly string[]; readonly where: unknown } } {
    const entries = Array.from(this.tables, ([name, { codec, where }]) => [
      name,
      { columns: codec.columnNames, where },
    ]);
    return Object.fromEntries(entries);
  }

  /** @throws OvsdbFault `invalid-value` for a table that was not selected. */
  rows(name: string): ReadonlyMap<string, OvsdbRow> {
    const table = this.tables.get(name);
    if (!table) throw new OvsdbFault('invalid-value', `table ${name} is not replicated`);
    return table.rows;
  }

  /** @throws OvsdbFault `replica-out-of-step`; the rows are as before then. */
  apply({ extent, changes }: MonitorUpdate): readonly AnyChange[] {
    const applied = extent === 'all' ? this.compare(changes) : this.read(changes);
    for (const { table, uuid, after } of applied) {
      const { rows } = this.tables.get(table)!;
      if (after) rows.set(uuid, after);
      else rows.delete(uuid);
    }
    return applied;
  }

  private read(updates: WireChanges): readonly AnyChange[] {
    const changes: AnyChange[] = [];
    for (const name of Object.keys(updates)) {
      const table = this.tables.get(name);
      if (!table) continue;
      const ofTable = updates[name]!;
      for (const uuid of Object.keys(ofTable)) {
        const before = table.rows.get(uuid);
        const after = changed(name, table.codec, uuid, before, ofTable[uuid]!);
        changes.push(change(name, uuid, before, after));
      }
    }
    return changes;
  }

  /** Compares a full dump with what is here, so that a reconnect reports nothing that did not change. */
  private compare(dump: WireChanges): readonly AnyChange[] {
    const changes: AnyChange[] = [];
    for (const [name, { codec, rows }] of this.tables) {
      const dumped = dump[name] ?? {};
      for (const [uuid, before] of rows)
        if (!Object.hasOwn(dumped, uuid)) changes.push(change(name, uuid, before, undefined));
      for (const uuid of Object.keys(dumped)) {
        const before = rows.get(uuid);
        const after = changed(name, codec, uuid, before, dumped[uuid]!);
        if (before && after && codec.equal(before, after)) continue;
        changes.push(change(name, uuid, before, after));
      }
    }
    return changes;
  }
}

/** The row after a change; `undefined` if it is gone. */
function changed(
  table: string,
  codec: TableCodec,
  uuid: string,
  before: OvsdbRow | undefined,
  wire: WireChange,
): OvsdbRow | undefined {
  const whole = wire.insert ?? wire.initial ?? wire.new;
  if (whole) return codec.decode(uuid, whole);
  if (!before)
    throw new OvsdbFault(
      'replica-out-of-step',
      `the server changed row ${uuid} of ${table}, which is not here`,
    );
  return wire.modify ? codec.merge(before, wire.modify) : undefined;
}

function change(
  table: string,
  uuid: string,
  before: OvsdbRow | undefined,
  after: OvsdbRow | undefined,
): AnyChange {
  return { kind: before ? (after ? 'modify' : 'delete') : 'insert', table, uuid, before, after };
}
