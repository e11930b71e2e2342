import { type Condition, mergeConditions, says, saysAll } from './conditions';

const NOON = '2026-01-01T12:00:00Z';
const LATER = '2026-01-01T12:30:00Z';
const ready = (status: Condition['status'], message = 'm'): Condition => ({
  type: 'Ready',
  status,
  reason: 'R',
  message,
});
const theirs = { type: 'Validated', status: 'True', lastUpdateTime: NOON };

describe('mergeConditions', () => {
  it('keeps the time while the status stays, whatever else is said', () => {
    const kept = mergeConditions([theirs], [ready('False')], NOON);
    expect(kept).toEqual([theirs, { ...ready('False'), lastTransitionTime: NOON }]);
    const again = mergeConditions(kept, [ready('False', 'other')], LATER);
    expect(again).toEqual([theirs, { ...ready('False', 'other'), lastTransitionTime: NOON }]);
    const turned = mergeConditions(again, [ready('True')], LATER);
    expect(turned).toEqual([theirs, { ...ready('True'), lastTransitionTime: LATER }]);
  });

  it('takes away those of ours that are no longer so', () => {
    const kept = mergeConditions([theirs], [ready('True'), { ...ready('False'), type: 'Retired' }], NOON);
    expect(mergeConditions(kept, [ready('True')], LATER).map(({ type }) => type)).toEqual([
      'Validated',
      'Ready',
    ]);
  });

  it.each([[undefined], [null], ['x'], [[null, 'x', []]]])('makes do with %j', (kept) => {
    expect(mergeConditions(kept, [ready('True')], NOON)).toEqual([
      { ...ready('True'), lastTransitionTime: NOON },
    ]);
    expect(saysAll(kept, [ready('True')])).toBe(false);
  });
});

describe('saysAll', () => {
  const kept = [theirs, { ...ready('True'), lastTransitionTime: NOON, observedGeneration: 4 }];

  it.each<[string, Condition[], boolean]>([
    ['the same', [ready('True')], true],
    ['another message', [ready('True', 'other')], false],
    ['another status', [ready('False')], false],
    ['one more', [ready('True'), { ...ready('True'), type: 'Bound' }], false],
    ['one less', [], false],
  ])('compares with %s', (_, desired, same) => {
    expect(saysAll(kept, desired)).toBe(same);
  });
});

describe('says', () => {
  it('finds a condition in its words, or without a message in any', () => {
    const kept = mergeConditions(undefined, [ready('False', 'one')], NOON);
    expect(says(kept, ready('False', 'one'))).toBe(true);
    expect(says(kept, ready('False', 'two'))).toBe(false);
    expect(says(kept, { ...ready('False'), message: undefined })).toBe(true);
    expect(says(undefined, ready('False'))).toBe(false);
  });
});
