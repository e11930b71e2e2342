// Rows of one table, as a whole: wire form to object and back, column by column.
import { type ColumnCodec, columnCodec } from './codec';
import { OvsdbFault } from './fault';
import type { WireRow, WireValue } from './notation';
import type { AnySchema, OvsdbRow } from './schema';

export class TableCodec {
  private readonly uuid: ColumnCodec;

  constructor(
    private readonly table: string,
    private readonly columns: ReadonlyMap<string, ColumnCodec>,
  ) {
    this.uuid = columnCodec({ type: 'uuid' }, `${table}._uuid`);
  }

  get columnNames(): readonly string[] {
    return [...this.columns.keys()];
  }

  /** The same for a part of the columns. @throws OvsdbFault `invalid-value` for one that is not in the schema. */
  only(names: readonly string[]): TableCodec {
    return new TableCodec(this.table, new Map(names.map((name) => [name, this.column(name)])));
  }

  /** @throws OvsdbFault `invalid-value` */
  column(name: string): ColumnCodec {
    const codec = this.columns.get(name) ?? (name === '_uuid' ? this.uuid : undefined);
    if (!codec) throw new OvsdbFault('invalid-value', `table ${this.table} has no column ${name}`);
    return codec;
  }

  /** A whole row; columns that the server left out have their initial value (ovsdb-server(7) section 4.1.14). */
  decode(uuid: string, wire: WireRow): OvsdbRow {
    const row: Record<string, unknown> = { _uuid: uuid };
    for (const [name, codec] of this.columns)
      row[name] = Object.hasOwn(wire, name) ? codec.decode(wire[name]!) : codec.initial;
    return row as OvsdbRow;
  }

  /** Only what is there, as `select` answers when it was asked for some columns. */
  decodePart(wire: WireRow): Partial<OvsdbRow> {
    const row: Record<string, unknown> = {};
    for (const name of Object.keys(wire))
      if (name === '_uuid' || this.columns.has(name)) row[name] = this.column(name).decode(wire[name]!);
    return row;
  }

  /** The row with the differences of an `update2` applied; `row` itself stays as it is. */
  merge(row: OvsdbRow, difference: WireRow): OvsdbRow {
    const merged: Record<string, unknown> = { ...row };
    for (const [name, codec] of this.columns)
      if (Object.hasOwn(difference, name)) merged[name] = codec.merge(row[name], difference[name]!);
    return merged as OvsdbRow;
  }

  equal(left: OvsdbRow, right: OvsdbRow): boolean {
    for (const [name, codec] of this.columns) if (!codec.equal(left[name], right[name])) return false;
    return true;
  }

  /** @throws OvsdbFault `invalid-value` */
  encode(row: object): WireRow {
    const wire: Record<string, WireValue> = {};
    for (const [name, value] of Object.entries(row)) wire[name] = this.column(name).encode(value);
    return wire;
  }
}

/** @throws OvsdbFault `invalid-value` for a table that is not in the schema. */
export type TableCodecs = (table: string) => TableCodec;

export function tableCodecs(schema: AnySchema): TableCodecs {
  const codecs = new Map<string, TableCodec>();
  return (table) => {
    const known = codecs.get(table);
    if (known) return known;
    if (!Object.hasOwn(schema.tables, table))
      throw new OvsdbFault('invalid-value', `database ${schema.name} has no table ${table}`);
    const columns = Object.entries(schema.tables[table]!.columns);
    const codec = new TableCodec(
      table,
      new Map(columns.map(([name, column]) => [name, columnCodec(column, `${table}.${name}`)])),
    );
    codecs.set(table, codec);
    return codec;
  };
}
