// One way to write a schema, of the several that RFC 7047 section 3.2 allows: members in one order, defaults
// left out, enumerations sorted. So a file and a server with the same schema make the same code.
import type { WireAtom, WireValue } from './notation';
import {
  type AnySchema,
  type BaseType,
  type ColumnSchema,
  type ColumnType,
  columnShape,
  type TableSchema,
} from './schema';

export function canonicalSchema({ name, version, tables }: AnySchema): AnySchema {
  return {
    name,
    ...(version === undefined ? {} : { version }),
    tables: sortedRecord(tables, canonicalTable),
  };
}

function canonicalTable({ columns, isRoot, maxRows, indexes }: TableSchema): TableSchema {
  return {
    columns: sortedRecord(columns, canonicalColumn),
    ...(isRoot ? { isRoot } : {}),
    ...(maxRows === undefined ? {} : { maxRows }),
    ...(indexes?.length ? { indexes } : {}),
  };
}

function canonicalColumn(column: ColumnSchema): ColumnSchema {
  const { ephemeral, mutable } = column;
  return {
    type: canonicalType(column),
    ...(ephemeral ? { ephemeral } : {}),
    ...(mutable === false ? { mutable } : {}),
  };
}

function canonicalType(column: ColumnSchema): ColumnSchema['type'] {
  const { key, value } = columnShape(column);
  const { min = 1, max = 1 }: Partial<ColumnType> = typeof column.type === 'string' ? {} : column.type;
  const canonicalKey = canonicalBase(key);
  if (typeof canonicalKey === 'string' && value === undefined && min === 1 && max === 1) return canonicalKey;
  return {
    key: canonicalKey,
    ...(value === undefined ? {} : { value: canonicalBase(value) }),
    ...(min === 1 ? {} : { min }),
    ...(max === 1 ? {} : { max }),
  };
}

function canonicalBase(base: BaseType): ColumnType['key'] {
  const { type, enum: members, refTable, refType, ...bounds } = base;
  const rest = {
    ...(members === undefined ? {} : { enum: canonicalEnum(members) }),
    ...(refTable === undefined ? {} : { refTable }),
    ...(refType === 'weak' ? { refType } : {}),
    ...Object.fromEntries(Object.entries(bounds).sort(byName)),
  };
  return Object.keys(rest).length === 0 ? type : { type, ...rest };
}

function canonicalEnum(members: WireValue): WireValue {
  const atoms =
    Array.isArray(members) && members[0] === 'set'
      ? (members[1] as readonly WireAtom[])
      : [members as WireAtom];
  return ['set', [...atoms].sort((a, b) => (a < b ? -1 : 1))];
}

function sortedRecord<Value>(
  record: { readonly [name: string]: Value },
  canonical: (value: Value) => Value,
): { readonly [name: string]: Value } {
  return Object.fromEntries(
    Object.entries(record)
      .sort(byName)
      .map(([name, value]) => [name, canonical(value)]),
  );
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}
