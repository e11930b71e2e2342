// Owners that are back under the same name while the watch is behind: what was seen going was another object, and the
// address is not given up for it. What is not so is not tried here: owners that are gone (stateful-sets.spec.ts).
import { type KubernetesObject, STATEFUL_SETS } from '@holdfast/kube-api';
import { PodWorld } from '../testing/pod-world';
import { VIRTUAL_MACHINE_INSTANCES, VIRTUAL_MACHINES } from './machine-resources';

const SET = 'default/web';
const ORDINAL = 'statefulset/default/web/0';
const MACHINE = 'vm/default/db';

describe('a StatefulSet that is made again while the watch of sets is behind', () => {
  async function madeAgain(): Promise<{ readonly world: PodWorld; readonly set: KubernetesObject }> {
    const world = await PodWorld.started();
    world.podOfSet(world.set('web', 1), 0);
    await world.settle(2_000);
    const late = await world.withLateWatch(STATEFUL_SETS);
    world.delete(STATEFUL_SETS, SET);
    world.gone('web-0');
    await world.settle(2_000);
    expect(world.holders()).toEqual([]);
    late.isLate = true;
    const set = world.set('web', 1);
    world.podOfSet(set, 0);
    await world.settle(2_000);
    return { world, set };
  }

  it('keeps its ordinal’s address for the next Pod', async () => {
    const { world, set } = await madeAgain();
    const before = world.heldBy(ORDINAL);
    expect(before).toBeDefined();
    world.gone('web-0');
    await world.settle(20_000);
    expect(world.heldBy(ORDINAL)).toBe(before);
    const { metadata } = world.podOfSet(set, 0);
    await world.settle(20_000);
    expect(world.heldBy(ORDINAL)).toBe(before);
    expect(world.usersOf(ORDINAL)).toEqual([metadata.uid]);
    expect(world.recorded().filter((type) => type === 'AddressReleased')).toHaveLength(1);
  });

  it('gives it up when that one is deleted, too', async () => {
    const { world } = await madeAgain();
    world.delete(STATEFUL_SETS, SET);
    world.gone('web-0');
    await world.settle(120_000);
    expect(world.holders()).toEqual([]);
  });
});

describe('a machine that is made again while the watch of machines is behind', () => {
  it.each([VIRTUAL_MACHINES, VIRTUAL_MACHINE_INSTANCES])('of $kind: keeps its address', async (behind) => {
    const world = await PodWorld.started();
    world.installKubevirt();
    world.machine('db');
    world.podOfInstance(world.instance('db'), 'a');
    await world.settle(2_000);
    const late = await world.withLateWatch(behind);
    for (const kind of [VIRTUAL_MACHINES, VIRTUAL_MACHINE_INSTANCES]) world.delete(kind, 'default/db');
    world.gone('virt-launcher-db-a');
    await world.settle(2_000);
    expect(world.holders()).toEqual([]);
    late.isLate = true;
    world.machine('db');
    world.podOfInstance(world.instance('db'), 'b');
    await world.settle(2_000);
    const before = world.heldBy(MACHINE);
    expect(before).toBeDefined();
    // A restart: the machine stays.
    world.delete(VIRTUAL_MACHINE_INSTANCES, 'default/db');
    world.gone('virt-launcher-db-b');
    await world.settle(20_000);
    expect(world.heldBy(MACHINE)).toBe(before);
  });

  it('that is being deleted, and stays until its Pod has ended, keeps nothing', async () => {
    const world = await PodWorld.started();
    world.installKubevirt();
    world.machine('db');
    world.edit(VIRTUAL_MACHINES, 'default/db', { metadata: { finalizers: ['kubevirt.io/virt-controller'] } });
    world.podOfInstance(world.instance('db'), 'a');
    await world.settle(2_000);
    for (const kind of [VIRTUAL_MACHINES, VIRTUAL_MACHINE_INSTANCES]) world.delete(kind, 'default/db');
    world.gone('virt-launcher-db-a');
    await world.settle(20_000);
    expect(world.holders()).toEqual([]);
  });
});
