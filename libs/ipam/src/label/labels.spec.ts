import {
  LABELS_MAX,
  areSameLabels,
  formatLabels,
  hasNoLabels,
  isLabelKey,
  isLabelValue,
  labelsFault,
  sortedLabels,
} from './labels';

const prefix = (length: number): string => 'a.'.repeat(200).slice(0, length - 1) + 'a';

describe('labels', () => {
  it.each([
    ['team', true],
    ['Team_1.net-a', true],
    ['a', true],
    ['a'.repeat(63), true],
    ['a'.repeat(64), false],
    ['example.com/team', true],
    [`${prefix(253)}/team`, true],
    [`${prefix(254)}/team`, false],
    ['example.com/', false],
    ['/team', false],
    ['a/b/c', false],
    ['Example.com/team', false],
    ['', false],
    ['-team', false],
    ['team-', false],
    ['te am', false],
    ['__proto__', false],
  ])('have the keys of Kubernetes: %s: %s', (key, isOne) => {
    expect(isLabelKey(key)).toBe(isOne);
    expect(labelsFault({ [key]: '' })?.field).toBe(isOne ? undefined : 'labels');
  });

  it.each([
    ['', true],
    ['net', true],
    ['v1.2_3-x', true],
    ['a'.repeat(63), true],
    ['a'.repeat(64), false],
    ['net-', false],
    ['a b', false],
    ['a/b', false],
  ])('have the values of Kubernetes: "%s": %s', (value, isOne) => {
    expect(isLabelValue(value)).toBe(isOne);
    expect(labelsFault({ team: value })?.field).toBe(isOne ? undefined : 'labels[team]');
  });

  it('are 64 at most', () => {
    const many = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, at) => [`k${at}`, '']));
    expect(labelsFault(many(LABELS_MAX))).toBeUndefined();
    expect(labelsFault(many(65))).toEqual({ field: 'labels', message: 'at most 64 of them, not 65' });
  });

  it('say what is wrong with them, in few words whatever they are', () => {
    expect(labelsFault({ 'no key': '' })?.message).toContain('"no key" is no key; a name of 1 to 63');
    expect(labelsFault({ team: 'x'.repeat(5000) })?.message.length).toBeLessThan(200);
  });

  it('are the same in whatever order, and written in that of their keys', () => {
    const [one, other] = [
      { team: 'net', env: '' },
      { env: '', team: 'net' },
    ];
    expect(areSameLabels(one, other)).toBe(true);
    expect(areSameLabels(one, { team: 'net' })).toBe(false);
    expect(areSameLabels(one, { team: 'net', other: '' })).toBe(false);
    expect(areSameLabels({ constructor: 'a' }, { team: 'a' })).toBe(false);
    expect(JSON.stringify(sortedLabels(one))).toBe(JSON.stringify(other));
    expect(formatLabels(one)).toBe('env=,team=net');
  });

  it('are none where none are given', () => {
    expect([hasNoLabels(undefined), hasNoLabels({}), hasNoLabels({ a: '' })]).toEqual([true, true, false]);
  });
});
