import fc from 'fast-check';
import { type ColumnCodec, columnCodec } from './codec';
import type { WireValue } from './notation';
import type { ColumnType } from './schema';
import { named } from './uuid';

const ID = 'a6c1b6a2-5b0f-4d6c-9f5e-0123456789ab';
const OTHER_ID = 'b6c1b6a2-5b0f-4d6c-9f5e-0123456789ab';

const codec = (type: ColumnType): ColumnCodec => columnCodec({ type }, 'Table.column');
const scalar = codec({ key: 'string' });
const optional = codec({ key: 'integer', min: 0 });
const strings = codec({ key: 'string', min: 0, max: 'unlimited' });
const uuids = codec({ key: { type: 'uuid', refTable: 'Port' }, min: 0, max: 'unlimited' });
const record = codec({ key: 'string', value: 'string', min: 0, max: 'unlimited' });
const map = codec({ key: 'integer', value: 'uuid', min: 0, max: 'unlimited' });

describe('column codecs', () => {
  it.each<[string, ColumnCodec, unknown, WireValue]>([
    ['a string', scalar, 'web', 'web'],
    ['a real', codec({ key: 'real' }), 0.5, 0.5],
    ['a boolean', codec({ key: 'boolean' }), true, true],
    ['a UUID', codec({ key: 'uuid' }), ID, ['uuid', ID]],
    ['an optional that is there', optional, 7, 7],
    ['an optional that is not', optional, undefined, ['set', []]],
    ['an empty set', strings, [], ['set', []]],
    ['a set', strings, ['a', 'b'], ['set', ['a', 'b']]],
    [
      'a set of UUIDs',
      uuids,
      [ID, OTHER_ID],
      [
        'set',
        [
          ['uuid', ID],
          ['uuid', OTHER_ID],
        ],
      ],
    ],
    ['a map with string keys', record, { a: '1' }, ['map', [['a', '1']]]],
    ['a map with other keys', map, new Map([[5, ID]]), ['map', [[5, ['uuid', ID]]]]],
  ])('encode %s and decode it again', (_what, codec, value, wire) => {
    expect(codec.encode(value)).toEqual(wire);
    expect(codec.decode(wire)).toEqual(value);
  });

  it('read a set of one that stands as its only atom', () => {
    expect(strings.decode('set')).toEqual(['set']);
    expect(uuids.decode(['uuid', ID])).toEqual([ID]);
    expect(optional.decode(['set', [7]])).toBe(7);
  });

  it('take a Set, a Map, a named row and keys to be deleted', () => {
    expect(strings.encode(new Set(['a']))).toEqual(['set', ['a']]);
    expect(record.encode(new Map([['a', '1']]))).toEqual(['map', [['a', '1']]]);
    expect(uuids.encode([named('port')])).toEqual(['set', [['named-uuid', 'port']]]);
    expect(record.encode(['a', 'b'])).toEqual(['set', ['a', 'b']]);
  });

  it('keep a key like __proto__ a key', () => {
    const decoded = record.decode(['map', [['__proto__', 'x']]]) as Record<string, string>;
    expect(Object.entries(decoded)).toEqual([['__proto__', 'x']]);
    expect(Object.getPrototypeOf(decoded)).toBe(Object.prototype);
  });

  it.each<[string, ColumnCodec, unknown]>([
    ['a number for a string', scalar, 7],
    ['nothing for a scalar', scalar, undefined],
    ['a fraction for an integer', optional, 0.5],
    ['an integer that JSON would round', optional, 2 ** 53],
    ['NaN', codec({ key: 'real' }), NaN],
    ['a name for a UUID', uuids, ['port']],
    ['null in a set', strings, [null]],
    ['text for a map', record, 'a=1'],
  ])('refuse %s and name the column', (_what, codec, value) => {
    expect(() => codec.encode(value)).toThrow(
      expect.objectContaining({
        code: 'invalid-value',
        message: expect.stringContaining('Table.column') as string,
      }),
    );
  });
});

describe('merging a difference', () => {
  const members = fc.uniqueArray(fc.string({ unit: 'binary', maxLength: 3 }), { maxLength: 12 });
  const sorted = (atoms: Iterable<string>): string[] => [...atoms].sort((a, b) => (a < b ? -1 : 1));

  it('gives the set that the difference was taken from, in whatever order a server sends it', () => {
    fc.assert(
      fc.property(members, members, (before, after) => {
        const difference = [
          ...before.filter((x) => !after.includes(x)),
          ...after.filter((x) => !before.includes(x)),
        ];
        const merged = strings.merge(strings.decode(['set', before]), ['set', difference]);
        expect(merged).toEqual(sorted(after));
      }),
      { seed: 7 },
    );
  });

  it('gives the map that the difference was taken from', () => {
    const pairs = fc.dictionary(fc.constantFrom('a', 'b', 'c', '__proto__'), fc.constantFrom('1', '2'));
    fc.assert(
      fc.property(pairs, pairs, (before, after) => {
        const [old, now] = [Object.entries(before), Object.entries(after)];
        const difference = [
          ...old.filter(([key]) => !Object.hasOwn(after, key)),
          ...now.filter(([key, value]) => !Object.hasOwn(before, key) || before[key] !== value),
        ];
        const merged = record.merge(record.decode(['map', old]), ['map', difference]);
        expect(record.equal(merged, record.decode(['map', now]))).toBe(true);
      }),
      { seed: 7 },
    );
  });

  it('replaces what holds at most one', () => {
    expect(optional.merge(7, ['set', []])).toBeUndefined();
    expect(optional.merge(7, 8)).toBe(8);
    expect(scalar.merge('a', 'b')).toBe('b');
    const single = codec({ key: 'string', value: 'string', min: 0, max: 1 });
    expect(single.merge({ a: '1' }, ['map', [['a', '1']]])).toEqual({ a: '1' });
  });

  it('leaves the value before as it was', () => {
    const before = Object.freeze(['a', 'c']);
    expect(strings.merge(before, ['set', ['b', 'c']])).toEqual(['a', 'b']);
    expect(before).toEqual(['a', 'c']);
  });
});

describe('equality', () => {
  it.each<[string, ColumnCodec, unknown, unknown, boolean]>([
    ['sets', strings, ['a'], ['a'], true],
    ['sets of other size', strings, ['a'], ['a', 'b'], false],
    ['maps', record, { a: '1', b: '2' }, { b: '2', a: '1' }, true],
    ['maps with another value', record, { a: '1' }, { a: '2' }, false],
    ['maps with another key', record, { a: '1' }, { b: '1' }, false],
    ['absent and zero', optional, undefined, 0, false],
  ])('compares %s', (_what, codec, left, right, equal) => {
    expect(codec.equal(left, right)).toBe(equal);
  });
});
