import { DeletionGuard, type GuardedObject } from './deletion-guard';

/** Over names for which the ledger holds something; more may come and go. */
function guarding(...names: readonly string[]): {
  readonly guard: DeletionGuard;
  readonly held: Set<string>;
} {
  const held = new Set(names);
  return { held, guard: new DeletionGuard({ has: (name) => held.has(name), names: () => held }, () => []) };
}

const object = (name: string, isOurs = true): GuardedObject => ({ uid: `uid-${name}`, isOurs });

describe('the deletion guard', () => {
  it('says that it holds from the first list on, before anything came to it', () => {
    const { guard } = guarding('a', 'b');
    expect([guard.isHolding, guard.size]).toEqual([false, 0]);
    guard.listed();
    expect([guard.isHolding, guard.size]).toEqual([true, 0]);
    expect([guard.holds('a'), guard.size]).toEqual([true, 1]);
  });

  it('says that it holds as soon as the last one has gone, also when each was believed before', () => {
    const { guard } = guarding('a', 'b');
    for (const name of ['a', 'b']) guard.changed(name, object(name), undefined);
    guard.listed();
    guard.changed('a', undefined, object('a'));
    expect([guard.isHolding, guard.holds('a')]).toEqual([false, false]);
    guard.changed('b', undefined, object('b'));
    expect([guard.isHolding, guard.missing()]).toEqual([true, ['a', 'b']]);
  });

  it('holds no more when what is held was let go of by somebody else', () => {
    const { guard, held } = guarding('a', 'b');
    guard.listed();
    held.clear();
    expect([guard.isHolding, guard.missing()]).toEqual([false, []]);
  });

  it('takes objects without our finalizer for no proof', () => {
    const { guard } = guarding('a', 'b');
    guard.changed('a', object('a', false), undefined);
    guard.listed();
    expect(guard.holds('b')).toBe(true);
  });

  it('holds the only one of its kind, too, unless another kind shows which cluster this is', () => {
    const [own, other] = [new Set(['a']), new Set(['b'])];
    const guards: DeletionGuard[] = [];
    for (const held of [own, other])
      guards.push(new DeletionGuard({ has: (name) => held.has(name), names: () => held }, () => guards));
    const [guard, another] = guards as [DeletionGuard, DeletionGuard];
    guard.listed();
    another.listed();
    expect([guard.holds('a'), another.holds('b')]).toEqual([true, true]);
    another.changed('b', object('b'), undefined);
    // Which cluster it is was decided with the list.
    expect(guard.holds('a')).toBe(true);
    guard.changed('a', object('a'), undefined);
    guard.changed('a', undefined, object('a'));
    expect(guard.holds('a')).toBe(false);
    other.clear();
    another.changed('b', undefined, object('b'));
    expect(guard.holds('a')).toBe(true);
  });

  it('forgets that somebody answered for an object when that comes back', () => {
    const { guard } = guarding('a', 'b');
    guard.listed();
    expect(guard.override()).toEqual(['a', 'b']);
    expect([guard.isHolding, guard.evidenceOf('a')]).toEqual([
      false,
      'not there since the start; said to be gone for good',
    ]);
    guard.changed('a', object('a'), undefined);
    guard.changed('a', undefined, object('a'));
    expect([guard.holds('a'), guard.holds('b')]).toEqual([true, false]);
    expect(guard.evidenceOf('a')).toBe('uid uid-a');
  });
});
