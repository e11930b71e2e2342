// Cells of a table.
import type { ResourceType } from '../definitions/resource-type';
import type { StoredObject } from '../definitions/stored-object';
import { tableOf } from './tables';

const NOW = Date.parse('2026-01-02T00:00:00Z');

function cell(type: string, jsonPath: string, content: object): unknown {
  const columns = [{ name: 'C', type, jsonPath }];
  const object = { metadata: { name: 'n' }, ...content } as unknown as StoredObject;
  const options = { includeObject: 'None', nowMs: NOW };
  const table = tableOf({ columns } as unknown as ResourceType, [object], {}, options);
  return (table as { rows: { cells: unknown[] }[] }).rows[0]?.cells[1];
}

it.each<[string, string, object, unknown]>([
  ['string', '.a', { a: 'x' }, 'x'],
  ['string', '.a', {}, null],
  ['string', '.a', { a: 5 }, '5'],
  ['string', '.a', { a: ['x', 'y'] }, '["x","y"]'],
  ['string', '.a[1]', { a: ['x', 'y'] }, 'y'],
  ['string', '.a[*].b', { a: [{ b: 'x' }] }, 'x'],
  [
    'string',
    '.c[?(@.type=="Ready")].status',
    {
      c: [
        { type: 'A', status: '1' },
        { type: 'Ready', status: '2' },
      ],
    },
    '2',
  ],
  ['string', ".c[?(@.type == 'Ready')].status", { c: [] }, null],
  ['boolean', '.a', { a: false }, false],
  ['boolean', '.a', { a: 'false' }, null],
  ['integer', '.a', { a: 1.7 }, 1],
  ['number', '.a', { a: 2 ** 64 }, 2 ** 64],
  ['number', '.a', { a: '1' }, null],
])('a %s column at %s of %j is %j', (type, path, content, expected) => {
  expect(cell(type, path, content)).toBe(expected);
});

it.each([
  [-5, '0s'],
  [119, '119s'],
  [120, '2m'],
  [9 * 60 + 5, '9m5s'],
  [10 * 60 + 5, '10m'],
  [179 * 60, '179m'],
  [3 * 3600 + 120, '3h2m'],
  [8 * 3600 + 120, '8h'],
  [49 * 3600, '2d'],
])('%i seconds ago is %s', (seconds, expected) => {
  const created = new Date(NOW - seconds * 1_000).toISOString();
  expect(cell('date', '.a', { a: created })).toBe(expected);
});
