// A database's schema as RFC 7047 section 3.2 writes it, and what a column's type means for its values. It
// checks what it reads, and no data: constraints are the server's to enforce.
import { OvsdbFault } from './fault';
import type { WireValue } from './notation';
import { isId, type Uuid } from './uuid';

declare const rowsOf: unique symbol;

/** A row whose type is not known at compile time. */
export interface OvsdbRow {
  readonly _uuid: Uuid;
  readonly [column: string]: unknown;
}

/** The rows of each table, by the table's name, where no types were generated for the schema. */
export interface AnyTables {
  readonly [table: string]: OvsdbRow;
}

/** `<database-schema>`, which also knows the TypeScript types of its rows. */
export interface DatabaseSchema<Tables = AnyTables> {
  readonly name: string;
  readonly version?: string;
  readonly tables: { readonly [table: string]: TableSchema };
  readonly [rowsOf]?: Tables;
}

/** A schema where the types of its rows don't matter. */
export type AnySchema = DatabaseSchema<unknown>;

/** `<table-schema>`. */
export interface TableSchema {
  readonly columns: { readonly [column: string]: ColumnSchema };
  readonly maxRows?: number;
  readonly isRoot?: boolean;
  readonly indexes?: readonly (readonly string[])[];
}

/** `<column-schema>`. */
export interface ColumnSchema {
  readonly type: AtomicType | ColumnType;
  readonly ephemeral?: boolean;
  readonly mutable?: boolean;
}

/** `<atomic-type>`. */
export type AtomicType = 'integer' | 'real' | 'boolean' | 'string' | 'uuid';

/** `<type>`. */
export interface ColumnType {
  readonly key: AtomicType | BaseType;
  readonly value?: AtomicType | BaseType;
  /** 1 if left out. */
  readonly min?: number;
  /** 1 if left out. */
  readonly max?: number | 'unlimited';
}

/** `<base-type>`. */
export interface BaseType {
  readonly type: AtomicType;
  readonly enum?: WireValue;
  readonly refTable?: string;
  readonly refType?: 'strong' | 'weak';
  readonly minInteger?: number;
  readonly maxInteger?: number;
  readonly minReal?: number;
  readonly maxReal?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
}

/** What a column holds: exactly one atom, one or none, any number, or pairs. */
export interface ColumnShape {
  readonly kind: 'scalar' | 'optional' | 'set' | 'map';
  readonly key: BaseType;
  readonly value?: BaseType;
  /** Whether it may hold more than one: changes to such columns come as differences (ovsdb-server(7) 4.1.14). */
  readonly composite: boolean;
}

export function columnShape({ type }: ColumnSchema): ColumnShape {
  if (typeof type === 'string') return { kind: 'scalar', key: { type }, composite: false };
  const key = baseType(type.key);
  const { min = 1, max = 1 } = type;
  const composite = max === 'unlimited' || max > 1;
  if (type.value !== undefined) return { kind: 'map', key, value: baseType(type.value), composite };
  if (composite) return { kind: 'set', key, composite };
  return { kind: min === 0 ? 'optional' : 'scalar', key, composite };
}

function baseType(type: AtomicType | BaseType): BaseType {
  return typeof type === 'string' ? { type } : type;
}

const ATOMIC_TYPES: ReadonlySet<unknown> = new Set<AtomicType>([
  'integer',
  'real',
  'boolean',
  'string',
  'uuid',
]);

/**
 * Reads a schema from a file or a server.
 * @throws OvsdbFault `invalid-schema`, which names the place.
 */
export function parseSchema(json: unknown): DatabaseSchema {
  const schema = record(json, 'the schema');
  if (typeof schema.name !== 'string') throw invalid('the schema has no name');
  checkId(schema.name, 'the schema');
  for (const [table, tableJson] of Object.entries(record(schema.tables, 'tables'))) {
    checkId(table, 'a table');
    const columns = record(record(tableJson, `table ${table}`).columns, `${table}.columns`);
    for (const [column, columnJson] of Object.entries(columns)) {
      const place = `${table}.${column}`;
      checkId(column, 'a column');
      const { type } = record(columnJson, place);
      if (ATOMIC_TYPES.has(type)) continue;
      const { key, value } = record(type, `the type of ${place}`);
      checkBaseType(key, place);
      if (value !== undefined) checkBaseType(value, place);
    }
  }
  return schema as unknown as DatabaseSchema;
}

/** Names are written into generated code, so what they may be made of is not left to the server. */
function checkId(name: string, what: string): void {
  if (!isId(name)) throw invalid(`${what} is called ${JSON.stringify(name)}`);
}

function checkBaseType(json: unknown, place: string): void {
  const type = typeof json === 'string' ? json : record(json, `the type of ${place}`).type;
  if (!ATOMIC_TYPES.has(type)) throw invalid(`${place} has the unknown type ${JSON.stringify(type)}`);
}

function record(json: unknown, place: string): Record<string, unknown> {
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw invalid(`${place} is not an object`);
  return json as Record<string, unknown>;
}

function invalid(why: string): OvsdbFault {
  return new OvsdbFault('invalid-schema', `not an OVSDB schema: ${why}`);
}

/**
 * What the server lacks of the columns that are needed, for people to read; empty if it will do. Bounds and
 * enumerations may differ, as between releases of one schema: they don't change how a value is read.
 */
export function missingColumns(
  needed: AnySchema,
  served: AnySchema,
  columns: ReadonlyMap<string, readonly string[]>,
): readonly string[] {
  const missing: string[] = [];
  for (const [table, names] of columns) {
    const servedTable = served.tables[table];
    if (!servedTable) {
      missing.push(`no table ${table}`);
      continue;
    }
    for (const name of names) {
      const servedColumn = servedTable.columns[name];
      if (!servedColumn) {
        missing.push(`no column ${table}.${name}`);
        continue;
      }
      const [needs, has] = [needed.tables[table]!.columns[name]!, servedColumn].map(describeShape);
      if (needs !== has) missing.push(`${table}.${name} is ${has} and not ${needs}`);
    }
  }
  return missing;
}

function describeShape(column: ColumnSchema): string {
  const { kind, key, value, composite } = columnShape(column);
  if (kind === 'map') return `${composite ? 'map' : 'single-pair map'} of ${key.type} to ${value!.type}`;
  return kind === 'scalar' ? key.type : `${kind} ${key.type}`;
}
