// Column values of an OVSDB database: from the wire (RFC 7047 section 5.1) to what is kept, and what conditions and
// mutations make of them. Sets are sorted arrays, maps objects with sorted keys, so that equal values print alike.
import type { OvsdbOperation } from '@holdfast/ovsdb';
import type { OVN_Northbound as OVN_NORTHBOUND } from '@holdfast/ovn/testing';

export type Value =
  | undefined
  | string
  | number
  | boolean
  | readonly string[]
  | { readonly [key: string]: string };
export interface StoredRow {
  readonly _uuid: string;
  readonly external_ids: { readonly [key: string]: string };
  readonly [column: string]: Value;
}

type Schema = typeof OVN_NORTHBOUND;
type ColumnType = Schema['tables'][string]['columns'][string]['type'];
export type ValueKind = 'scalar' | 'optional' | 'set' | 'map';
type Wire = Extract<OvsdbOperation, { op: 'insert' }>['row'][string];

export function valueKindOf(type: ColumnType): ValueKind {
  if (typeof type === 'string') return 'scalar';
  if (type.value !== undefined) return 'map';
  const max = type.max ?? 1;
  if (max === 'unlimited' || max > 1) return 'set';
  return (type.min ?? 1) === 0 ? 'optional' : 'scalar';
}

const INITIAL = { string: '', uuid: '', integer: 0, real: 0, boolean: false };

export function initialOf(type: ColumnType): Value {
  switch (valueKindOf(type)) {
    case 'map':
      return {};
    case 'set':
      return [];
    case 'optional':
      return undefined;
    case 'scalar': {
      const key = typeof type === 'string' ? type : type.key;
      return INITIAL[typeof key === 'string' ? key : key.type];
    }
  }
}

export function decodeValue(wire: Wire, kind: ValueKind): Value {
  if (isTagged(wire, 'map')) return mapOf(wire[1] as unknown as [unknown, unknown][]);
  const atoms = isTagged(wire, 'set') ? (wire[1] as readonly unknown[]).map(atomOf) : [atomOf(wire)];
  // Keys of a map to be deleted come as a set.
  if (kind === 'set' || kind === 'map') return (atoms as string[]).toSorted();
  return atoms[0] as Value;
}

function isTagged(wire: unknown, tag: string): wire is readonly [string, unknown] {
  return Array.isArray(wire) && wire[0] === tag;
}

const atomOf = (wire: unknown): unknown => (Array.isArray(wire) ? wire[1] : wire);

function mapOf(pairs: readonly (readonly [unknown, unknown])[]): { readonly [key: string]: string } {
  const entries = pairs.map(([key, value]) => [String(atomOf(key)), String(atomOf(value))] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

export const isEqual = (a: Value, b: Value): boolean => a === b || JSON.stringify(a) === JSON.stringify(b);

/** RFC 7047 section 5.1, `<function>`. */
export function holds(has: Value, condition: string, asked: Value): boolean {
  switch (condition) {
    case '==':
      return isEqual(has, asked);
    case '!=':
      return !isEqual(has, asked);
    case 'includes':
      return membersOf(asked).every((member) => membersOf(has).includes(member));
    case 'excludes':
      return membersOf(asked).every((member) => !membersOf(has).includes(member));
    default:
      throw new Error(`the simulated Northbound knows no condition ${condition}`);
  }
}

function membersOf(value: Value): readonly string[] {
  if (value === undefined) return [];
  if (Array.isArray(value)) return value as string[];
  if (typeof value === 'object') return Object.entries(value).map((pair) => JSON.stringify(pair));
  return [JSON.stringify(value)];
}

/** RFC 7047 section 5.1, `<mutation>`, of sets and maps. */
export function mutated(has: Value, mutator: string, by: Value): Value {
  if (mutator !== 'insert' && mutator !== 'delete') throw new Error(`no mutator ${mutator}`);
  if (Array.isArray(has)) {
    const members = new Set(has as string[]);
    for (const member of by as string[])
      if (mutator === 'insert') members.add(member);
      else members.delete(member);
    return [...members].sort();
  }
  const map = { ...(has as { readonly [key: string]: string }) };
  if (Array.isArray(by)) for (const key of by as string[]) delete map[key];
  else
    for (const [key, value] of Object.entries(by as { readonly [key: string]: string })) {
      if (mutator === 'insert') map[key] ??= value;
      else if (map[key] === value) delete map[key];
    }
  return mapOf(Object.entries(map));
}
