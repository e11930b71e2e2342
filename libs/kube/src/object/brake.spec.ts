import type { KubernetesObject } from '@holdfast/kube-api';
import { Brake } from './brake';
import { FINALIZER } from '@holdfast/kube-api';

/** Over names for which the ledger holds something; more may come and go. */
function braking(...names: readonly string[]): { readonly brake: Brake; readonly held: Set<string> } {
  const held = new Set(names);
  return { held, brake: new Brake({ has: (name) => held.has(name), names: () => held }, () => []) };
}

const object = (name: string, finalizers: readonly string[] = [FINALIZER]): KubernetesObject => ({
  ...{ apiVersion: 'kubeovn.io/v1', kind: 'Vip' },
  metadata: { name, uid: `uid-${name}`, resourceVersion: '1', finalizers },
});

describe('the brake', () => {
  it('says that it holds from the first list on, before anything came to it', () => {
    const { brake } = braking('a', 'b');
    expect([brake.isHolding, brake.size]).toEqual([false, 0]);
    brake.listed();
    expect([brake.isHolding, brake.size]).toEqual([true, 0]);
    expect([brake.holds('a'), brake.size]).toEqual([true, 1]);
  });

  it('says that it holds as soon as the last one has gone, also when each was believed before', () => {
    const { brake } = braking('a', 'b');
    for (const name of ['a', 'b']) brake.changed(name, object(name), undefined);
    brake.listed();
    brake.changed('a', undefined, object('a'));
    expect([brake.isHolding, brake.holds('a')]).toEqual([false, false]);
    brake.changed('b', undefined, object('b'));
    expect([brake.isHolding, brake.missing()]).toEqual([true, ['a', 'b']]);
  });

  it('holds no more when what is held was let go of by somebody else', () => {
    const { brake, held } = braking('a', 'b');
    brake.listed();
    held.clear();
    expect([brake.isHolding, brake.missing()]).toEqual([false, []]);
  });

  it('takes objects without our finalizer for no proof', () => {
    const { brake } = braking('a', 'b');
    brake.changed('a', object('a', []), undefined);
    brake.listed();
    expect(brake.holds('b')).toBe(true);
  });

  it('holds the only one of its kind, too, unless another kind shows which cluster this is', () => {
    const [own, other] = [new Set(['a']), new Set(['b'])];
    const brakes: Brake[] = [];
    for (const held of [own, other])
      brakes.push(new Brake({ has: (name) => held.has(name), names: () => held }, () => brakes));
    const [brake, another] = brakes as [Brake, Brake];
    brake.listed();
    another.listed();
    expect([brake.holds('a'), another.holds('b')]).toEqual([true, true]);
    another.changed('b', object('b'), undefined);
    // Which cluster it is was decided with the list.
    expect(brake.holds('a')).toBe(true);
    brake.changed('a', object('a'), undefined);
    brake.changed('a', undefined, object('a'));
    expect(brake.holds('a')).toBe(false);
    other.clear();
    another.changed('b', undefined, object('b'));
    expect(brake.holds('a')).toBe(true);
  });

  it('forgets that somebody answered for an object when that comes back', () => {
    const { brake } = braking('a', 'b');
    brake.listed();
    expect(brake.accept()).toEqual(['a', 'b']);
    expect([brake.isHolding, brake.evidenceOf('a')]).toEqual([
      false,
      'not there since the start; said to be gone for good',
    ]);
    brake.changed('a', object('a'), undefined);
    brake.changed('a', undefined, object('a'));
    expect([brake.holds('a'), brake.holds('b')]).toEqual([true, false]);
    expect(brake.evidenceOf('a')).toBe('uid uid-a');
  });
});
