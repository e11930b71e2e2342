// A Northbound database in memory, with the facts of OVSDB that matter to who writes one: a transaction happens whole
// or not at all, `wait` refuses at once, rows that nothing refers to go, references must lead somewhere, names that are
// to be unique are. Tables are never changed in place: whoever holds an older state has it whole.
import type { OvsdbOperation, TransactResult } from '@holdfast/ovsdb';
import { OVN_Northbound as OVN_NORTHBOUND } from '@holdfast/ovn/testing';
import {
  type ValueKind,
  type StoredRow,
  type Value,
  decodeValue,
  holds,
  initialOf,
  isEqual,
  valueKindOf,
  mutated,
} from './values';

export type Table = ReadonlyMap<string, StoredRow>;
export type Tables = ReadonlyMap<string, Table>;
export const NO_ROWS: Table = new Map();

type Aborted = Extract<TransactResult, { outcome: 'aborted' }>;

interface Reference {
  readonly column: string;
  readonly kind: ValueKind;
  readonly isStrong: boolean;
}

interface TableFacts {
  readonly kinds: ReadonlyMap<string, ValueKind>;
  readonly initial: { readonly [column: string]: Value };
  readonly references: readonly Reference[];
  readonly isRoot: boolean;
  readonly indexes: readonly (readonly string[])[];
}

const FACTS = new Map(Object.keys(OVN_NORTHBOUND.tables).map((table) => [table, factsOf(table)]));
const ORPHANS = [...FACTS].filter(([, { isRoot }]) => !isRoot).map(([table]) => table);

export class NorthboundDatabase {
  tables: Tables = new Map();
  /** How often the contents changed. */
  commits = 0;
  private readonly watchers = new Set<() => void>();

  onCommit(watcher: () => void): () => void {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  }

  /** @param newUuid for rows whose writer leaves the choice to the server */
  transact(operations: readonly OvsdbOperation[], newUuid: () => string): TransactResult {
    const draft = new Draft(this.tables, newUuid);
    const results: unknown[] = [];
    for (const [at, operation] of operations.entries()) {
      const result = draft.perform(operation);
      if ('error' in result) return { outcome: 'aborted', ...result, operation: at };
      results.push(result);
    }
    const refused = draft.finish();
    if (refused) return { outcome: 'aborted', ...refused, operation: undefined };
    this.replace(draft.tables);
    return { outcome: 'committed', results: results as never };
  }

  /** Puts other contents in place, as somebody does who restores a backup or wipes everything. */
  replace(tables: Tables): void {
    if (tables === this.tables) return;
    this.tables = tables;
    this.commits += 1;
    for (const watcher of [...this.watchers]) watcher();
  }
}

type Refusal = Pick<Aborted, 'error' | 'details'>;

class Draft {
  tables: Tables;
  private readonly own = new Map<string, Map<string, StoredRow>>();

  constructor(
    before: Tables,
    private readonly newUuid: () => string,
  ) {
    this.tables = before;
  }

  perform(operation: OvsdbOperation): Refusal | object {
    switch (operation.op) {
      case 'insert': {
        const uuid = operation.uuid ?? this.newUuid();
        const { kinds, initial } = factsFor(operation.table);
        const row = { ...initial, ...decodeRow(operation.row, kinds), _uuid: uuid } as StoredRow;
        if (this.table(operation.table).has(uuid)) return { error: 'duplicate uuid', details: uuid };
        this.write(operation.table).set(uuid, row);
        return { uuid };
      }
      case 'update': {
        const changes = decodeRow(operation.row, factsFor(operation.table).kinds);
        return this.change(operation.table, operation.where, (row) => ({ ...row, ...changes }) as StoredRow);
      }
      case 'mutate':
        return this.change(operation.table, operation.where, (row) => mutate(operation, row));
      case 'delete':
        return this.change(operation.table, operation.where, () => undefined);
      case 'wait':
        return this.isAsAwaited(operation) ? {} : { error: 'timed out', details: '"wait" timed out' };
      case 'comment':
      case 'commit':
        return {};
      case 'abort':
        return { error: 'aborted', details: undefined };
      case 'select':
      case 'assert':
        throw new Error(`the simulated Northbound does not ${operation.op}`);
    }
  }

  /** What is done at the commit: orphans go, references are looked at, unique names too. */
  finish(): Refusal | undefined {
    if (this.own.size === 0) return undefined;
    while (this.collectOrphans());
    for (const [table, rows] of this.tables) {
      for (const row of rows.values()) {
        const refusal = this.follow(table, row);
        if (refusal) return refusal;
      }
    }
    for (const table of this.own.keys()) {
      for (const index of factsFor(table).indexes) {
        const seen = new Set<string>();
        for (const row of this.table(table).values()) {
          const value = JSON.stringify(index.map((column) => row[column]));
          if (seen.has(value))
            return {
              error: 'constraint violation',
              details: `two rows of ${table} have ${index.join()} ${value}`,
            };
          seen.add(value);
        }
      }
    }
    return undefined;
  }

  private follow(table: string, row: StoredRow): Refusal | undefined {
    for (const { column, kind, isStrong } of factsFor(table).references) {
      const uuids = referredBy(row, column);
      const gone = uuids.filter((uuid) => !this.isThere(uuid));
      if (gone.length === 0) continue;
      if (isStrong)
        return {
          error: 'referential integrity violation',
          details: `${table} ${row._uuid} refers to ${gone.join()} by ${column}`,
        };
      const left = kind === 'set' ? uuids.filter((uuid) => !gone.includes(uuid)) : undefined;
      this.write(table).set(row._uuid, { ...row, [column]: left });
    }
    return undefined;
  }

  private collectOrphans(): boolean {
    const referred = new Set<string>();
    for (const [table, rows] of this.tables) {
      const strong = factsFor(table).references.filter(({ isStrong }) => isStrong);
      if (strong.length === 0) continue;
      for (const row of rows.values())
        for (const { column } of strong) for (const uuid of referredBy(row, column)) referred.add(uuid);
    }
    let found = false;
    for (const table of ORPHANS) {
      for (const uuid of this.table(table).keys()) {
        if (referred.has(uuid)) continue;
        this.write(table).delete(uuid);
        found = true;
      }
    }
    return found;
  }

  private isThere(uuid: string): boolean {
    for (const rows of this.tables.values()) if (rows.has(uuid)) return true;
    return false;
  }

  private isAsAwaited({
    table,
    where,
    columns,
    until,
    rows,
  }: Extract<OvsdbOperation, { op: 'wait' }>): boolean {
    const { kinds } = factsFor(table);
    const pick = (row: { readonly [column: string]: Value }): string =>
      JSON.stringify(columns.map((column) => row[column]));
    const there = this.matching(table, where).map(pick).sort();
    const awaited = rows.map((row) => pick(decodeRow(row, kinds))).sort();
    return (JSON.stringify(there) === JSON.stringify(awaited)) === (until === '==');
  }

  private change(
    table: string,
    where: Where,
    change: (row: StoredRow) => StoredRow | undefined,
  ): { readonly count: number } {
    const rows = this.matching(table, where);
    for (const row of rows) {
      const after = change(row);
      if (after) this.write(table).set(row._uuid, after);
      else this.write(table).delete(row._uuid);
    }
    return { count: rows.length };
  }

  private matching(table: string, where: Where): StoredRow[] {
    const { kinds } = factsFor(table);
    const asked = where.map(([column, condition, wire]) => {
      return [
        column,
        condition,
        decodeValue(wire, column === '_uuid' ? 'scalar' : (kinds.get(column) as ValueKind)),
      ] as const;
    });
    const [only] = asked;
    if (asked.length === 1 && only?.[0] === '_uuid' && only[1] === '==') {
      const row = this.table(table).get(only[2] as string);
      return row ? [row] : [];
    }
    return [...this.table(table).values()].filter((row) =>
      asked.every(([column, condition, value]) => holds(row[column], condition, value)),
    );
  }

  private table(table: string): Table {
    return this.tables.get(table) ?? NO_ROWS;
  }

  private write(table: string): Map<string, StoredRow> {
    let rows = this.own.get(table);
    if (!rows) {
      rows = new Map(this.table(table));
      this.own.set(table, rows);
      this.tables = new Map(this.tables).set(table, rows);
    }
    return rows;
  }
}

type Where = Extract<OvsdbOperation, { op: 'update' }>['where'];

function mutate({ table, mutations }: Extract<OvsdbOperation, { op: 'mutate' }>, row: StoredRow): StoredRow {
  const { kinds } = factsFor(table);
  const changed: { [column: string]: Value } = {};
  for (const [column, mutator, wire] of mutations) {
    const before = column in changed ? changed[column] : row[column];
    changed[column] = mutated(before, mutator, decodeValue(wire, kinds.get(column) as ValueKind));
  }
  return { ...row, ...changed } as StoredRow;
}

function decodeRow(
  wire: Extract<OvsdbOperation, { op: 'insert' }>['row'],
  kinds: ReadonlyMap<string, ValueKind>,
): { readonly [column: string]: Value } {
  const row: { [column: string]: Value } = {};
  for (const [column, value] of Object.entries(wire))
    row[column] = decodeValue(value, column === '_uuid' ? 'scalar' : (kinds.get(column) as ValueKind));
  return row;
}

function referredBy(row: StoredRow, column: string): readonly string[] {
  const value = row[column];
  if (value === undefined || value === '') return [];
  return Array.isArray(value) ? (value as string[]) : [value as string];
}

function factsFor(table: string): TableFacts {
  const facts = FACTS.get(table);
  if (!facts) throw new Error(`the Northbound has no table ${table}`);
  return facts;
}

function factsOf(table: string): TableFacts {
  const {
    columns,
    isRoot = false,
    indexes = [],
  } = OVN_NORTHBOUND.tables[table] as (typeof OVN_NORTHBOUND.tables)[string];
  const entries = Object.entries(columns);
  const references = entries.flatMap(([column, { type }]): Reference[] => {
    const key = typeof type === 'string' ? type : type.key;
    if (typeof key === 'string' || key.refTable === undefined) return [];
    return [{ column, kind: valueKindOf(type), isStrong: key.refType !== 'weak' }];
  });
  return {
    kinds: new Map(entries.map(([column, { type }]) => [column, valueKindOf(type)])),
    initial: Object.fromEntries(entries.map(([column, { type }]) => [column, initialOf(type)])),
    references,
    isRoot,
    indexes,
  };
}

/** The rows that are not the same in two states; a row that only moved in memory is. */
export function* tableDifferences(
  before: Tables,
  after: Tables,
): Iterable<{
  readonly table: string;
  readonly before: StoredRow | undefined;
  readonly after: StoredRow | undefined;
}> {
  for (const table of new Set([...before.keys(), ...after.keys()])) {
    const [old, now] = [before.get(table) ?? NO_ROWS, after.get(table) ?? NO_ROWS];
    if (old === now) continue;
    for (const row of old.values()) if (!now.has(row._uuid)) yield { table, before: row, after: undefined };
    for (const row of now.values()) {
      const was = old.get(row._uuid);
      if (was !== row && !(was && isEqual(was as never, row as never)))
        yield { table, before: was, after: row };
    }
  }
}
