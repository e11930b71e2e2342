// Column values: OVSDB's wire form to JavaScript and back, as the column's type says.
//
//   scalar    string, number, boolean, Uuid
//   optional  the same, or undefined
//   set       a sorted array
//   map       a plain object if keys are strings or UUIDs, else a Map
//
// Decoding trusts the server; encoding refuses only what the wire form cannot say. Values are never changed
// in place: a merge gives a new one.
import { OvsdbFault } from './fault';
import type { WireAtom, WireMap, WireSet, WireValue } from './notation';
import { type AtomicType, type ColumnSchema, columnShape } from './schema';
import { isUuid } from './uuid';

export type Atom = string | number | boolean;

export interface ColumnCodec {
  /** What a row holds whose column was never set (RFC 7047 section 5.2.1). */
  readonly initial: unknown;
  decode(wire: WireValue): unknown;
  /** @throws OvsdbFault `invalid-value` */
  encode(value: unknown): WireValue;
  /** Applies what `update2` says of a modified column (ovsdb-server(7) section 4.1.14). */
  merge(current: unknown, difference: WireValue): unknown;
  equal(left: unknown, right: unknown): boolean;
}

const ZERO_UUID = '00000000-0000-0000-0000-000000000000';
const INITIAL: Record<AtomicType, Atom> = {
  integer: 0,
  real: 0,
  boolean: false,
  string: '',
  uuid: ZERO_UUID,
};

/** `place` is what an encoding error names: `table.column`. */
export function columnCodec(schema: ColumnSchema, place: string): ColumnCodec {
  const { kind, key, value, composite } = columnShape(schema);
  switch (kind) {
    case 'scalar':
      return scalarCodec(key.type, place);
    case 'optional':
      return optionalCodec(key.type, place);
    case 'set':
      return setCodec(key.type, place);
    case 'map':
      return mapCodec(key.type, value!.type, composite, place);
  }
}

function scalarCodec(type: AtomicType, place: string): ColumnCodec {
  const decode = (wire: WireValue): Atom => decodeAtom(wire as WireAtom);
  return {
    initial: INITIAL[type],
    decode,
    encode: (value) => encodeAtom(value, type, place),
    merge: (_current, difference) => decode(difference),
    equal: Object.is,
  };
}

function optionalCodec(type: AtomicType, place: string): ColumnCodec {
  const decode = (wire: WireValue): Atom | undefined =>
    isSet(wire) ? decodeSet(wire)[0] : decodeAtom(wire as WireAtom);
  return {
    initial: undefined,
    decode,
    encode: (value) => (value === undefined ? ['set', []] : encodeAtom(value, type, place)),
    merge: (_current, difference) => decode(difference),
    equal: Object.is,
  };
}

function setCodec(type: AtomicType, place: string): ColumnCodec {
  return {
    initial: [],
    decode: decodeSet,
    encode: (value) => encodeSet(value, type, place),
    merge: (current, difference) => toggle(current as readonly Atom[], decodeSet(difference)),
    equal: (left, right) => equalSets(left as readonly Atom[], right as readonly Atom[]),
  };
}

function mapCodec(key: AtomicType, value: AtomicType, composite: boolean, place: string): ColumnCodec {
  const keyed = key === 'string' || key === 'uuid' ? records : maps;
  const decode = (wire: WireValue): unknown => keyed.from(decodePairs(wire as WireMap));
  return {
    initial: keyed.from([]),
    decode,
    encode: (map) => {
      if (Array.isArray(map)) return encodeSet(map, key, place); // Keys to be deleted (RFC 7047 section 5.1).
      const pairs = Array.from(entriesOf(map, place), ([k, v]): [WireAtom, WireAtom] => [
        encodeAtom(k, key, place),
        encodeAtom(v, value, place),
      ]);
      return ['map', pairs];
    },
    merge: (current, difference) => {
      if (!composite) return decode(difference);
      const merged = new Map(keyed.entries(current));
      for (const [k, v] of decodePairs(difference as WireMap)) {
        if (merged.get(k) === v) merged.delete(k);
        else merged.set(k, v);
      }
      return keyed.from([...merged]);
    },
    equal: (left, right) => {
      const other = new Map(keyed.entries(right));
      const pairs = keyed.entries(left);
      return pairs.length === other.size && pairs.every(([k, v]) => other.get(k) === v);
    },
  };
}

type Pair = readonly [Atom, Atom];

/** Maps whose keys are strings in JavaScript are plain objects: they print, compare and copy as one expects. */
const records = {
  from(pairs: readonly Pair[]): unknown {
    const record: Record<string, Atom> = {};
    for (const [key, value] of pairs) {
      if (key === '__proto__')
        Object.defineProperty(record, key, { value, enumerable: true, writable: true, configurable: true });
      else record[key as string] = value;
    }
    return record;
  },
  entries: (record: unknown): readonly Pair[] => Object.entries(record as Record<string, Atom>),
};

const maps = {
  from: (pairs: readonly Pair[]): unknown => new Map(pairs),
  entries: (map: unknown): readonly Pair[] => [...(map as ReadonlyMap<Atom, Atom>)],
};

function entriesOf(map: unknown, place: string): Iterable<readonly [unknown, unknown]> {
  if (map instanceof Map) return map as ReadonlyMap<unknown, unknown>;
  if (typeof map !== 'object' || map === null) throw invalid(place, map, 'a map');
  return Object.entries(map);
}

function isSet(wire: WireValue): wire is WireSet {
  return Array.isArray(wire) && wire[0] === 'set';
}

function decodeAtom(wire: WireAtom): Atom {
  return typeof wire === 'object' ? wire[1] : wire;
}

function decodePairs(wire: WireMap): readonly Pair[] {
  return wire[1].map(([key, value]): Pair => [decodeAtom(key), decodeAtom(value)]);
}

function decodeSet(wire: WireValue): readonly Atom[] {
  if (!isSet(wire)) return [decodeAtom(wire as WireAtom)];
  const atoms = wire[1].map(decodeAtom);
  // Servers sort by bytes, which for most text is JavaScript's order too.
  for (let at = 1; at < atoms.length; at += 1) if (atoms[at - 1]! > atoms[at]!) return atoms.sort(byOrder);
  return atoms;
}

function byOrder(a: Atom, b: Atom): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * What is in exactly one of two sorted sets. The difference is small and the set may hold every port of a
 * switch (50,000 of them cost 0.4 ms), so atoms between two differences are copied without being compared.
 */
function toggle(current: readonly Atom[], difference: readonly Atom[]): readonly Atom[] {
  const toggled = new Array<Atom>(current.length + difference.length);
  let length = 0;
  let from = 0;
  const copyUntil = (end: number): void => {
    while (from < end) toggled[length++] = current[from++]!;
  };
  for (const atom of difference) {
    copyUntil(lowerBound(current, atom, from));
    if (current[from] === atom) from += 1;
    else toggled[length++] = atom;
  }
  copyUntil(current.length);
  toggled.length = length;
  return toggled;
}

/** Where `atom` stands in the sorted `atoms`, or would. */
function lowerBound(atoms: readonly Atom[], atom: Atom, from: number): number {
  let low = from;
  let high = atoms.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (atoms[middle]! < atom) low = middle + 1;
    else high = middle;
  }
  return low;
}

function equalSets(left: readonly Atom[], right: readonly Atom[]): boolean {
  return left.length === right.length && left.every((atom, at) => atom === right[at]);
}

function encodeSet(value: unknown, type: AtomicType, place: string): WireValue {
  if (value instanceof Set) return encodeSet([...value], type, place);
  if (Array.isArray(value)) return ['set', value.map((atom) => encodeAtom(atom, type, place))];
  return encodeAtom(value, type, place);
}

function encodeAtom(value: unknown, type: AtomicType, place: string): WireAtom {
  switch (type) {
    case 'integer':
      if (Number.isSafeInteger(value)) return value as number;
      break;
    case 'real':
      if (Number.isFinite(value)) return value as number;
      break;
    case 'uuid':
      if (typeof value === 'string' && isUuid(value)) return ['uuid', value];
      if (isNamed(value)) return ['named-uuid', value.namedUuid];
      break;
    case 'boolean':
    case 'string':
      if (typeof value === type) return value as string | boolean;
  }
  throw invalid(place, value, type === 'uuid' ? 'a UUID or a named row' : `of type ${type}`);
}

function isNamed(value: unknown): value is { readonly namedUuid: string } {
  return typeof value === 'object' && value !== null && 'namedUuid' in value;
}

function invalid(place: string, value: unknown, expected: string): OvsdbFault {
  const shown = typeof value === 'object' ? JSON.stringify(value) : String(value);
  return new OvsdbFault('invalid-value', `${place}: ${shown} is not ${expected}`);
}
