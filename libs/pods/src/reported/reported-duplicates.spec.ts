// Two owners of one address, as users of peers report them: what ./reported.spec.ts has not. Each by the threads that
// report it.
import { PODS, STATEFUL_SETS } from '@holdfast/kube-api';
import { referenceTo, PodWorld, DEFAULT_SUBNET } from '../testing/pod-world';

const HOUR_MS = 3_600_000;
const IP = 'ovn.kubernetes.io/ip_address';

const heldBy = (world: PodWorld): (string | undefined)[] => world.holders().map((it) => world.heldBy(it));
const areAllDifferent = (texts: readonly unknown[]): boolean => new Set(texts).size === texts.length;

describe('two owners of one address', () => {
  it('do not come of a set that is made again before its Pods are gone (kube-ovn #1809, calico #3940)', async () => {
    const world = await PodWorld.started();
    const first = world.set('web', 2);
    // Deleted, and still running: nobody else may have what it sends with.
    const lasting = { finalizers: ['example.com/still-running'], ownerReferences: [referenceTo(first)] };
    for (const name of ['web-0', 'web-1'])
      world.create(PODS, name, {}, { namespace: 'default', ...lasting } as object);
    await world.settle(1_000);
    const before = world.heldBy('statefulset/default/web/0');
    world.delete(STATEFUL_SETS, 'default/web');
    for (const name of ['web-0', 'web-1']) world.delete(PODS, `default/${name}`);
    const again = world.set('web', 2);
    for (let index = 0; index < 4; index += 1) world.podOf(`other-${index}`);
    await world.settle(HOUR_MS);
    expect(world.heldBy('statefulset/default/web/0')).toBe(before);
    for (const ordinal of [0, 1]) {
      world.edit(PODS, `default/web-${ordinal}`, { metadata: { finalizers: null } });
      world.podOfSet(again, ordinal);
    }
    await world.settle(10_000);
    expect(world.ip('web-0')).toBe(before?.split(' ')[0]);
    expect(areAllDifferent(heldBy(world))).toBe(true);
    expect(world.everHeldTwice()).toEqual([]);
  });

  it('do not come of a machine that is on two nodes for a while (kube-ovn #2026)', async () => {
    const world = await PodWorld.started({}, { cidrBlock: '10.16.0.0/29' });
    world.installKubevirt();
    world.machine('db');
    const vmi = world.instance('db');
    world.podOfInstance(vmi, 'aaaaa', { node: 'n1' });
    await world.settle(2_000);
    world.podOfInstance(vmi, 'bbbbb', { node: 'n2', labels: { 'kubevirt.io/migrationJobUID': 'j1' } });
    for (let index = 0; index < 6; index += 1) world.podOf(`p${index}`);
    await world.settle(2_000);
    world.gone('virt-launcher-db-aaaaa');
    await world.settle(HOUR_MS);
    expect(world.ip('virt-launcher-db-bbbbb')).toBe('10.16.0.2');
    expect(world.holders()).toHaveLength(5);
    expect(areAllDifferent(heldBy(world))).toBe(true);
    expect(world.everHeldTwice()).toEqual([]);
  });

  it('do not come of two control planes at once, as in an upgrade (kube-ovn #3181)', async () => {
    const world = await PodWorld.started();
    const { stop } = world.running;
    await world.startAddresses();
    for (let index = 0; index < 30; index += 1) world.podOf(`p${index}`);
    await world.settle(1_000);
    await stop();
    for (let index = 0; index < 30; index += 3) world.gone(`p${index}`);
    for (let index = 30; index < 40; index += 1) world.podOf(`p${index}`);
    await world.settle(HOUR_MS);
    const shown = world.holders().map((holder) => world.ip(holder.slice('pod/'.length)));
    expect(shown).toHaveLength(30);
    expect(shown).toEqual(heldBy(world).map((held) => held?.split(' ')[0]));
    expect(areAllDifferent(shown)).toBe(true);
    expect(world.everHeldTwice()).toEqual([]);
  });

  it('do not come of a second record of the same, such as what a Pod says (whereabouts #409)', async () => {
    const world = await PodWorld.started({}, { cidrBlock: '10.16.0.0/29' });
    for (const name of ['a', 'b']) world.podOf(name);
    await world.settle(1_000);
    const [a, b] = [world.ip('a'), world.ip('b')];
    world.edit(PODS, 'default/b', { metadata: { annotations: { [IP]: a } } });
    world.gone('a');
    world.podOf('c');
    await world.settle(10_000);
    await world.whileDown(() => undefined);
    await world.settle(HOUR_MS);
    expect(world.ip('b')).toBe(b);
    expect(world.heldBy('pod/default/b')?.split(' ')[0]).toBe(b);
    expect(areAllDifferent(heldBy(world))).toBe(true);
  });

  it('do not come of the same name, or the same request, in two namespaces (kube-vip #283 and #400, its cloud provider #34)', async () => {
    const world = await PodWorld.started();
    for (const namespace of ['red', 'blue']) {
      world.namespace(namespace);
      world.podOf('web', { namespace });
      world.podOf('fixed', { namespace, annotations: { [IP]: '10.16.0.200' } });
    }
    await world.settle(10_000);
    expect(areAllDifferent([world.ip('red/web'), world.ip('blue/web')])).toBe(true);
    const fixed = ['red/fixed', 'blue/fixed'].map((name) => world.ip(name));
    expect(fixed).toContain('10.16.0.200');
    expect(world.holders().filter((holder) => holder.endsWith('/fixed'))).toHaveLength(1);
    expect(areAllDifferent(heldBy(world))).toBe(true);
    expect(world.reasons()).toContain('fixed: AddressTaken');
  });

  it('do not come of Pods that many nodes start at the same moment (ovs-cni #222)', async () => {
    const world = await PodWorld.started();
    for (let index = 0; index < 60; index += 1) world.podOf(`p${index}`, { node: `n${index % 6}` });
    await world.settle(2_000);
    const [ips, macs] = ['ip_address', 'mac_address'].map((word) =>
      Array.from({ length: 60 }, (_, index) => world.annotation(`p${index}`, word)),
    ) as [string[], string[]];
    expect([areAllDifferent(ips), areAllDifferent(macs)]).toEqual([true, true]);
    expect(world.holders(DEFAULT_SUBNET)).toHaveLength(60);
  });
});
