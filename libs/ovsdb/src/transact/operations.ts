// The operations of a transaction (RFC 7047 section 5.2), built from a schema's row types. Building is pure
// and needs no connection; what is built is the wire form. Names and types of values are checked here,
// constraints by the server.
import { OvsdbFault } from '../schema/fault';
import type { WireAtom, WireRow, WireValue } from '../schema/notation';
import { type TableCodecs, tableCodecs } from '../schema/rows';
import type { AnyTables, DatabaseSchema } from '../schema/schema';
import { isId, type NamedUuid, type Uuid } from '../schema/uuid';

/** What may be given for a column: references may be to named rows, sets may be a Set, maps an object or a Map. */
export type Input<Value> =
  Value extends Uuid<infer Table>
    ? Uuid<Table> | NamedUuid
    : Value extends readonly (infer Element)[]
      ? readonly Input<Element>[] | ReadonlySet<Input<Element>>
      : Value extends ReadonlyMap<infer Key, infer Mapped>
        ? ReadonlyMap<Key, Input<Mapped>>
        : Value extends { readonly [key: string]: unknown }
          ?
              | { readonly [Key in keyof Value]: Input<Value[Key]> }
              | ReadonlyMap<keyof Value, Input<Value[keyof Value]>>
          : Value;

/** Columns to be written. Those left out get their initial value (insert) or stay as they are (update). */
export type RowInput<Row> = { readonly [Column in Exclude<keyof Row, '_uuid'>]?: Input<Row[Column]> };

type ColumnOf<Row> = keyof Row & string;

export type ConditionFunction = '==' | '!=' | '<' | '<=' | '>' | '>=' | 'includes' | 'excludes';

/** `<condition>`, such as `['name', '==', 'web']`. Several must all hold. */
export type OvsdbCondition<Row> = {
  [Column in ColumnOf<Row>]: readonly [Column, ConditionFunction, Input<Row[Column]>];
}[ColumnOf<Row>];

/** `<mutation>`: arithmetic on numbers; members of sets and maps in and out, a map's by pair or by key. */
export type Mutation<Row> = { [Column in ColumnOf<Row>]: MutationOf<Column, Row[Column]> }[ColumnOf<Row>];

type MutationOf<Column, Value> =
  | (Value extends number | undefined | readonly number[]
      ? readonly [Column, '+=' | '-=' | '*=' | '/=' | '%=', number]
      : never)
  | readonly [Column, 'insert' | 'delete', Input<Value>]
  | (Value extends { readonly [key: string]: unknown }
      ? readonly [Column, 'delete', readonly (keyof Value)[]]
      : never);

type WireCondition = readonly [string, ConditionFunction, WireValue];

declare const selectedRow: unique symbol;

export interface Insert<Table extends string = string> {
  readonly op: 'insert';
  readonly table: Table;
  readonly row: WireRow;
  readonly 'uuid-name'?: string;
  readonly uuid?: string;
}
export interface Select<Row = unknown> {
  readonly op: 'select';
  readonly table: string;
  readonly where: readonly WireCondition[];
  readonly columns?: readonly string[];
  readonly [selectedRow]?: Row;
}
export interface Update {
  readonly op: 'update';
  readonly table: string;
  readonly where: readonly WireCondition[];
  readonly row: WireRow;
}
export interface Mutate {
  readonly op: 'mutate';
  readonly table: string;
  readonly where: readonly WireCondition[];
  readonly mutations: readonly (readonly [string, string, WireValue])[];
}
export interface Delete {
  readonly op: 'delete';
  readonly table: string;
  readonly where: readonly WireCondition[];
}
export interface Wait {
  readonly op: 'wait';
  readonly table: string;
  readonly where: readonly WireCondition[];
  readonly columns: readonly string[];
  readonly until: '==' | '!=';
  readonly rows: readonly WireRow[];
  readonly timeout?: number;
}
export interface Commit {
  readonly op: 'commit';
  readonly durable: boolean;
}
export interface Abort {
  readonly op: 'abort';
}
export interface Comment {
  readonly op: 'comment';
  readonly comment: string;
}
export interface Assert {
  readonly op: 'assert';
  readonly lock: string;
}

export type OvsdbOperation =
  | Insert
  | Select
  | Update
  | Mutate
  | Delete
  | Wait
  | Commit
  | Abort
  | Comment
  | Assert;

export interface InsertOptions<Table extends string> {
  /** A name by which other operations of the transaction refer to the row: `named(name)`. */
  readonly named?: string;
  /** The row's UUID, chosen by the caller (Open vSwitch 2.13 and later). */
  readonly uuid?: Uuid<Table>;
}

export interface WaitOptions<Row, Column extends ColumnOf<Row>> {
  readonly where: readonly OvsdbCondition<Row>[];
  /** The columns to be compared. */
  readonly columns: readonly Column[];
  readonly until: '==' | '!=';
  readonly rows: readonly { readonly [C in Column]: Input<Row[C]> }[];
  /** 0: refuse at once with "timed out" unless it holds; left out: wait as long as it takes. */
  readonly timeoutMs?: number;
}

/** Builds operations on the rows of one database; see `operationsOf`. */
export class OperationBuilder<Tables> {
  private readonly codecs: TableCodecs;

  constructor(schema: DatabaseSchema<Tables>) {
    this.codecs = tableCodecs(schema);
  }

  readonly insert = <T extends keyof Tables & string>(
    table: T,
    row: RowInput<Tables[T]>,
    options: InsertOptions<T> = {},
  ): Insert<T> => ({
    op: 'insert',
    table,
    row: this.codecs(table).encode(row),
    ...(options.named === undefined ? {} : { 'uuid-name': options.named }),
    ...(options.uuid === undefined ? {} : { uuid: options.uuid }),
  });

  /** Without `columns` the rows come whole. */
  readonly select = <T extends keyof Tables & string, C extends ColumnOf<Tables[T]> = ColumnOf<Tables[T]>>(
    table: T,
    where: readonly OvsdbCondition<Tables[T]>[],
    columns?: readonly C[],
  ): Select<Pick<Tables[T], C>> => ({
    op: 'select',
    table,
    where: this.where(table, where),
    ...(columns ? { columns } : {}),
  });

  readonly update = <T extends keyof Tables & string>(
    table: T,
    where: readonly OvsdbCondition<Tables[T]>[],
    row: RowInput<Tables[T]>,
  ): Update => ({
    op: 'update',
    table,
    where: this.where(table, where),
    row: this.codecs(table).encode(row),
  });

  readonly mutate = <T extends keyof Tables & string>(
    table: T,
    where: readonly OvsdbCondition<Tables[T]>[],
    mutations: readonly Mutation<Tables[T]>[],
  ): Mutate => ({
    op: 'mutate',
    table,
    where: this.where(table, where),
    mutations: mutations.map(([column, mutator, value]) => [
      column,
      mutator,
      mutator === 'insert' || mutator === 'delete'
        ? this.codecs(table).column(column).encode(value)
        : (value as WireAtom),
    ]),
  });

  /** An empty `where` means every row. */
  readonly delete = <T extends keyof Tables & string>(
    table: T,
    where: readonly OvsdbCondition<Tables[T]>[],
  ): Delete => ({ op: 'delete', table, where: this.where(table, where) });

  /** Lets the transaction happen only if, or once, the rows matching `where` are (`==`) or are not (`!=`) `rows`. */
  readonly wait = <T extends keyof Tables & string, C extends ColumnOf<Tables[T]>>(
    table: T,
    options: WaitOptions<Tables[T], C>,
  ): Wait => ({
    op: 'wait',
    table,
    where: this.where(table, options.where),
    columns: options.columns,
    until: options.until,
    rows: options.rows.map((row) => this.codecs(table).encode(row)),
    ...(options.timeoutMs === undefined ? {} : { timeout: options.timeoutMs }),
  });

  private where<T extends keyof Tables & string>(
    table: T,
    conditions: readonly OvsdbCondition<Tables[T]>[],
  ): readonly WireCondition[] {
    return encodeConditions(this.codecs, table, conditions as readonly AnyCondition[]);
  }
}

export type AnyCondition = readonly [string, ConditionFunction, unknown];

export function encodeConditions(
  codecs: TableCodecs,
  table: string,
  conditions: readonly AnyCondition[],
): readonly WireCondition[] {
  return conditions.map(([column, fn, value]) => [column, fn, codecs(table).column(column).encode(value)]);
}

/**
 * `const { insert, mutate, wait } = operationsOf(OVN_Northbound)`. Each throws OvsdbFault `invalid-value` for
 * a table, column or value that the schema does not have.
 */
export function operationsOf<Tables = AnyTables>(schema: DatabaseSchema<Tables>): OperationBuilder<Tables> {
  return new OperationBuilder(schema);
}

/** `durable`: answered only once it is on disk (one fsync a transaction). */
export function commit(options: { readonly durable: boolean }): Commit {
  return { op: 'commit', durable: options.durable };
}

/** Undoes the transaction, for trying out what would happen. */
export function abort(): Abort {
  return { op: 'abort' };
}

/** A note for the server's log of transactions. */
export function comment(text: string): Comment {
  return { op: 'comment', comment: text };
}

/**
 * Lets the transaction happen only if this session holds the lock. Locks live in one server's memory: in a
 * cluster use `wait` on a row to fence (see OvsdbLock).
 */
export function assert(lock: string): Assert {
  if (!isId(lock)) throw new OvsdbFault('invalid-value', `not a name for a lock: ${JSON.stringify(lock)}`);
  return { op: 'assert', lock };
}
