// Pruning, defaults and validation, beyond what our own definitions use.
import { applyDefaults, prune, type Schema } from './schema';
import { violations } from './schema-validation';

const of = (schema: Schema, value: unknown): string[] =>
  violations(value, schema).map(({ message }) => message);

describe('prune', () => {
  it('keeps what is named, what is allowed to be added, and what is said to be preserved', () => {
    const schema: Schema = {
      type: 'object',
      properties: {
        named: { type: 'object', properties: { a: { type: 'string' } } },
        open: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        map: { type: 'object', additionalProperties: { type: 'object', properties: { a: {} } } },
        list: { type: 'array', items: { type: 'object', properties: { a: {} } } },
      },
    };
    const inner = { a: 'x', b: 'y' };
    const value = { named: inner, open: inner, map: { k: inner }, list: [inner], other: 1 };
    expect(prune(value, schema)).toEqual({
      named: { a: 'x' },
      open: inner,
      map: { k: { a: 'x' } },
      list: [{ a: 'x' }],
    });
  });
});

describe('applyDefaults', () => {
  it('fills what is absent, deep down, and what is null where null is not allowed', () => {
    const port: Schema = { type: 'object', properties: { protocol: { type: 'string', default: 'TCP' } } };
    const schema: Schema = {
      type: 'object',
      properties: {
        ports: { type: 'array', items: port },
        mode: { type: 'string', default: 'auto' },
        free: { type: 'string', nullable: true, default: 'x' },
      },
    };
    expect(applyDefaults({ ports: [{}], mode: null, free: null }, schema)).toEqual({
      ports: [{ protocol: 'TCP' }],
      mode: 'auto',
      free: null,
    });
  });
});

describe('violations', () => {
  it.each<[string, Schema, unknown[], unknown[]]>([
    ['integers', { type: 'integer' }, [0, -3], [1.5, '1', null, true]],
    ['numbers', { type: 'number', minimum: 1, maximum: 2 }, [1, 1.5], [0.9, 2.1, '1']],
    [
      'strings',
      { type: 'string', minLength: 1, maxLength: 2, pattern: '^a' },
      ['a', 'aé'],
      ['', 'abc', 'b', 1],
    ],
    ['enums', { type: 'string', enum: ['a', 'b'] }, ['a'], ['c']],
    ['nullable', { type: 'string', nullable: true }, [null, ''], [1]],
    ['int or string', { 'x-kubernetes-int-or-string': true }, [1, '1'], [1.5, null, []]],
    [
      'lists',
      { type: 'array', minItems: 1, maxItems: 2, items: { type: 'string' } },
      [['a']],
      [[], [1], ['a', 'a', 'a'], {}],
    ],
    ['required', { type: 'object', required: ['a'] }, [{ a: null }], [{}, []]],
    ['maps', { type: 'object', additionalProperties: { type: 'string' } }, [{ a: 'b' }], [{ a: 1 }]],
    ['any of', { anyOf: [{ type: 'string' }, { type: 'integer' }] }, ['a', 1], [true]],
    ['one of', { oneOf: [{ type: 'number' }, { type: 'integer' }] }, [1.5], [1, 'a']],
    ['all of', { allOf: [{ minimum: 1 }, { maximum: 2 }] }, [1, 2], [0, 3]],
    ['not', { not: { type: 'string' } }, [1], ['a']],
    ['times', { type: 'string', format: 'date-time' }, ['2026-01-01T00:00:00Z'], ['yesterday']],
    ['IPv4', { type: 'string', format: 'ipv4' }, ['10.0.0.1'], ['10.0.0.256', 'fd00::1']],
    ['IPv6', { type: 'string', format: 'ipv6' }, ['fd00::1'], ['10.0.0.1']],
    ['unknown formats', { type: 'string', format: 'colour' }, ['anything'], []],
  ])('%s', (_, schema, good, bad) => {
    for (const value of good) expect([value, of(schema, value)]).toEqual([value, []]);
    for (const value of bad) expect([value, of(schema, value).length > 0]).toEqual([value, true]);
  });
});
