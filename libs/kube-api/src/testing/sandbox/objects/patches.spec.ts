// The three ways to patch, on plain values.
import { jsonPatch, mergePatch, sameJson } from './merge-patch';
import { strategicMergePatch } from './strategic-merge-patch';

describe('mergePatch (RFC 7386, appendix A)', () => {
  it.each<[unknown, unknown, unknown]>([
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [
      ['a', 'b'],
      ['c', 'd'],
      ['c', 'd'],
    ],
    [{ a: 'foo' }, null, null],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: 'b', c: null }, { a: 'b' }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])('of %j by %j is %j', (target, patch, expected) => {
    expect(mergePatch(target, patch)).toEqual(expected);
  });
});

describe('jsonPatch (RFC 6902)', () => {
  const target = { a: [1, 2, 3], 'b/c': { d: 'e' } };

  it.each<[object, unknown]>([
    [
      { op: 'add', path: '/a/1', value: 9 },
      { ...target, a: [1, 9, 2, 3] },
    ],
    [
      { op: 'add', path: '/a/-', value: 9 },
      { ...target, a: [1, 2, 3, 9] },
    ],
    [
      { op: 'remove', path: '/a/0' },
      { ...target, a: [2, 3] },
    ],
    [
      { op: 'replace', path: '/b~1c/d', value: 'f' },
      { ...target, 'b/c': { d: 'f' } },
    ],
    [
      { op: 'move', from: '/a', path: '/z' },
      { 'b/c': { d: 'e' }, z: [1, 2, 3] },
    ],
    [
      { op: 'copy', from: '/a/2', path: '/z' },
      { ...target, z: 3 },
    ],
    [{ op: 'test', path: '/b~1c', value: { d: 'e' } }, target],
    [{ op: 'replace', path: '', value: 5 }, 5],
  ])('%j', (operation, expected) => {
    expect(jsonPatch(target, [operation as never])).toEqual(expected);
  });

  it.each([
    { op: 'remove', path: '/nothing' },
    { op: 'replace', path: '/nothing', value: 1 },
    { op: 'add', path: '/a/7', value: 1 },
    { op: 'add', path: '/nothing/x', value: 1 },
    { op: 'test', path: '/a/0', value: 7 },
    { op: 'twist', path: '/a' },
  ])('refuses %j and leaves the target alone', (operation) => {
    const before = structuredClone(target);
    const patch = [{ op: 'remove', path: '/a/0' }, operation];
    expect(() => jsonPatch(target, patch)).toThrow(expect.objectContaining({ code: 422 }));
    expect(target).toEqual(before);
  });
});

describe('strategicMergePatch', () => {
  const pod = {
    metadata: { finalizers: ['a'], labels: { x: '1' } },
    spec: { containers: [{ name: 'a', image: 'one', args: ['x', 'y'] }, { name: 'b' }], nodeName: 'n' },
  };

  it('merges containers by name, replaces plain lists, and reads past directives of order', () => {
    const patch = {
      spec: {
        $setElementOrder: { containers: [{ name: 'a' }, { name: 'b' }] },
        containers: [{ name: 'a', args: ['z'] }, { name: 'c' }],
        nodeName: null,
      },
    };
    expect(strategicMergePatch(pod, patch)).toEqual({
      ...pod,
      spec: { containers: [{ name: 'a', image: 'one', args: ['z'] }, { name: 'b' }, { name: 'c' }] },
    });
  });

  it('deletes from lists, adds to sets, and replaces where it is told to', () => {
    const deleting = { spec: { containers: [{ $patch: 'delete', name: 'a' }] } };
    expect(strategicMergePatch(pod, deleting)).toMatchObject({ spec: { containers: [{ name: 'b' }] } });
    const replacing = { spec: { containers: [{ $patch: 'replace' }, { name: 'z' }] } };
    expect(strategicMergePatch(pod, replacing)).toMatchObject({ spec: { containers: [{ name: 'z' }] } });
    const set = { metadata: { finalizers: ['b'], labels: { $patch: 'replace', y: '2' } } };
    expect(strategicMergePatch(pod, set)).toMatchObject({
      metadata: { finalizers: ['a', 'b'], labels: { y: '2' } },
    });
    const without = { metadata: { '$deleteFromPrimitiveList/finalizers': ['a'] } };
    expect(strategicMergePatch(pod, without)).toMatchObject({ metadata: { finalizers: [] } });
  });
});

it('sameJson minds the order of lists, not of fields', () => {
  expect(sameJson({ a: 1, b: [1, { c: 2, d: 3 }] }, { b: [1, { d: 3, c: 2 }], a: 1 })).toBe(true);
  expect(sameJson([1, 2], [2, 1])).toBe(false);
  expect(sameJson({ a: undefined }, {})).toBe(true);
  expect(sameJson({ a: null }, {})).toBe(false);
});
