// Addresses that stay with a StatefulSet's ordinals: through successors, scaling, deletion, and a control plane that was
// not there.
import {
  clusterResource,
  type KubernetesObject,
  namespacedResource,
  PODS,
  STATEFUL_SETS,
} from '@holdfast/kube-api';
import { referenceTo, PodWorld } from '../testing/pod-world';

const HOUR_MS = 3_600_000;

interface Crew {
  readonly world: PodWorld;
  readonly set: KubernetesObject;
  addresses(): (string | undefined)[];
}

async function crewOf(size: number, metadata: object = {}, spec: object = {}): Promise<Crew> {
  const world = await PodWorld.started();
  const set = world.set('web', size, metadata, spec);
  for (let ordinal = 0; ordinal < size; ordinal += 1) world.podOfSet(set, ordinal);
  await world.settle(2_000);
  const addresses = (): (string | undefined)[] =>
    Array.from({ length: size }, (_, ordinal) => world.heldBy(`statefulset/default/web/${ordinal}`));
  return { world, set, addresses };
}

const scale = (world: PodWorld, replicas: number): void =>
  void world.edit(STATEFUL_SETS, 'default/web', { spec: { replicas } });

describe('a Pod of an ordinal’s name that is nobody’s', () => {
  it('does not keep the address for a set that is gone, and gets one of its own', async () => {
    const { world } = await crewOf(1);
    world.gone('web-0');
    await world.settle(2_000);
    world.podOf('web-0');
    await world.settle(2_000);
    expect(world.holders()).toEqual(['statefulset/default/web/0']);
    world.delete(STATEFUL_SETS, 'default/web');
    await world.settle(120_000);
    expect(world.holders()).toEqual(['pod/default/web-0']);
    expect(world.ip('web-0')).toBeDefined();
  });
});

describe('the successor of a StatefulSet’s Pod', () => {
  it('has its predecessor’s address and MAC, whatever came meanwhile', async () => {
    const { world, set, addresses } = await crewOf(3);
    const before = addresses();
    world.gone('web-1');
    world.podOf('stranger');
    await world.settle(HOUR_MS);
    expect(addresses()).toEqual(before);
    const { metadata } = world.podOfSet(set, 1);
    await world.settle(1_000);
    expect(addresses()).toEqual(before);
    expect(world.ip('web-1')).toBe(before[1]?.split(' ')[0]);
    expect(world.usersOf('statefulset/default/web/1')).toEqual([metadata.uid]);
    const kept = world.ledger.facts.find(({ event }) => event.type === 'ReservationRetained')?.event;
    expect(kept).toMatchObject({ reason: 'Pod deleted', evidence: { object: 'pod/default/web-1' } });
  });

  it('takes over at once when it came before its predecessor’s end was seen', async () => {
    const { world, set, addresses } = await crewOf(1);
    const before = addresses();
    const facts = world.ledger.facts.length;
    const next = await (async () => {
      let made: KubernetesObject | undefined;
      await world.whileDown(() => {
        world.gone('web-0');
        made = world.podOfSet(set, 0);
      });
      return made as unknown as KubernetesObject;
    })();
    await world.settle(120_000);
    expect(addresses()).toEqual(before);
    expect(world.recorded(facts)).toEqual(['UserDetached', 'UserAttached']);
    expect(world.usersOf('statefulset/default/web/0')).toEqual([next.metadata.uid]);
  });

  it('keeps what it has when its predecessor’s deletion is heard of late', async () => {
    const { world, set, addresses } = await crewOf(1);
    const before = addresses();
    world.gone('web-0');
    world.podOfSet(set, 0);
    await world.settle(1_000);
    world.sandbox.faults.dropWatches();
    await world.settle(HOUR_MS);
    expect(addresses()).toEqual(before);
    expect(world.recorded().filter((type) => type === 'AddressReleased')).toEqual([]);
  });
});

describe('scaling', () => {
  it('down gives up the ordinals above, with the set as evidence; up again gives the former ones back', async () => {
    const { world, set, addresses } = await crewOf(4);
    const before = addresses();
    scale(world, 2);
    await world.settle(1_000);
    expect(addresses()).toEqual(before);
    world.gone('web-3');
    world.gone('web-2');
    await world.settle(1_000);
    expect(addresses()).toEqual([...before.slice(0, 2), undefined, undefined]);
    const released = world.ledger.facts.at(-1)?.event;
    expect(released).toMatchObject({
      type: 'AddressReleased',
      reason: 'Pod deleted; statefulset/default/web wants no ordinal 2: it has 2 replicas',
    });
    scale(world, 4);
    world.podOfSet(set, 3);
    await world.settle(1_000);
    world.podOfSet(set, 2);
    await world.settle(1_000);
    expect(addresses()).toEqual(before);
  });

  it('down ends what was kept for ordinals without a Pod, also when nobody looked', async () => {
    const { world, addresses } = await crewOf(3);
    for (const ordinal of [1, 2]) world.gone(`web-${ordinal}`);
    await world.settle(1_000);
    scale(world, 2);
    await world.settle(1_000);
    expect(addresses().map(Boolean)).toEqual([true, true, false]);
    const ended = world.ledger.facts.at(-1)?.event;
    expect(ended).toMatchObject({
      type: 'AddressReleased',
      evidence: { object: 'statefulset/default/web', uid: expect.any(String) },
    });
    await world.whileDown(() => scale(world, 1));
    await world.settle(10_000);
    expect(addresses().map(Boolean)).toEqual([true, false, false]);
  });

  it('counts from ordinals.start', async () => {
    const world = await PodWorld.started();
    const set = world.set('web', 2, {}, { ordinals: { start: 5 } });
    for (const ordinal of [5, 6]) world.podOfSet(set, ordinal);
    await world.settle(1_000);
    world.gone('web-6');
    await world.settle(1_000);
    expect(world.holders()).toEqual(['statefulset/default/web/5', 'statefulset/default/web/6']);
    scale(world, 1);
    await world.settle(1_000);
    expect(world.holders()).toEqual(['statefulset/default/web/5']);
  });
});

describe('deleting a StatefulSet', () => {
  it('gives everything up, whether its Pods go before it or after', async () => {
    const { world } = await crewOf(3);
    world.gone('web-0');
    await world.settle(1_000);
    world.delete(STATEFUL_SETS, 'default/web');
    await world.settle(1_000);
    expect(world.holders()).toEqual(['statefulset/default/web/1', 'statefulset/default/web/2']);
    for (const ordinal of [1, 2]) world.gone(`web-${ordinal}`);
    await world.settle(1_000);
    expect(world.holders()).toEqual([]);
  });

  it('gives everything up when nobody looked, after a grace', async () => {
    const { world } = await crewOf(3);
    world.gone('web-0');
    await world.settle(1_000);
    await world.whileDown(() => {
      world.delete(STATEFUL_SETS, 'default/web');
      for (const ordinal of [1, 2]) world.gone(`web-${ordinal}`);
    });
    await world.settle(30_000);
    expect(world.holders()).toHaveLength(3);
    await world.settle(60_000);
    expect(world.holders()).toEqual([]);
    expect(world.running.differences.map(({ holder }) => holder).sort()).toEqual([
      'statefulset/default/web/0',
      'statefulset/default/web/1',
      'statefulset/default/web/2',
    ]);
  });

  it('gives everything up after one grace, also when it is the first to ask for sets', async () => {
    const { world } = await crewOf(2);
    await world.whileDown(() => {
      world.delete(STATEFUL_SETS, 'default/web');
      for (const ordinal of [0, 1]) world.gone(`web-${ordinal}`);
    });
    await world.settle(70_000);
    expect(world.holders()).toEqual([]);
  });

  it('gives nothing up while a Pod of the ordinal is there, though it has no address yet', async () => {
    const { world, set } = await crewOf(1);
    world.gone('web-0');
    await world.settle(1_000);
    const annotations = { 'ovn.kubernetes.io/ip_address': 'nonsense' };
    await world.whileDown(() => {
      world.delete(STATEFUL_SETS, 'default/web');
      world.podOfSet(set, 0, { annotations });
    });
    await world.settle(HOUR_MS);
    expect(world.holders()).toEqual(['statefulset/default/web/0']);
    world.gone('web-0');
    await world.settle(HOUR_MS);
    expect(world.holders()).toEqual([]);
  });

  it('gives up what was being kept for it at that moment', async () => {
    const { world } = await crewOf(1);
    world.ledger.fallBehind();
    world.gone('web-0');
    await world.settle(100);
    world.delete(STATEFUL_SETS, 'default/web');
    await world.settle(100);
    world.ledger.catchUp();
    await world.settle(100);
    expect(world.holders()).toEqual([]);
  });

  it('and making it again under its name gives each ordinal what it last had, while that is free', async () => {
    const { world, addresses } = await crewOf(3);
    const before = addresses();
    world.delete(STATEFUL_SETS, 'default/web');
    for (const ordinal of [0, 1, 2]) world.gone(`web-${ordinal}`);
    await world.settle(10_000);
    expect(addresses()).toEqual([undefined, undefined, undefined]);
    world.podOf('thief', {
      annotations: { 'ovn.kubernetes.io/ip_address': before[1]?.split(' ')[0] as string },
    });
    await world.settle(1_000);
    const set = world.set('web', 3);
    for (const ordinal of [2, 1, 0]) world.podOfSet(set, ordinal);
    await world.settle(1_000);
    const after = addresses();
    expect([after[0], after[2]]).toEqual([before[0], before[2]]);
    expect(after[1]).not.toBe(before[1]);
  });

  it('without its Pods, and adopting them again, moves nothing', async () => {
    const { world, addresses } = await crewOf(2);
    const before = addresses();
    world.delete(STATEFUL_SETS, 'default/web');
    for (const ordinal of [0, 1])
      world.edit(PODS, `default/web-${ordinal}`, { metadata: { ownerReferences: null } });
    await world.settle(600_000);
    expect(addresses()).toEqual(before);
    const again = world.set('web', 2);
    for (const ordinal of [0, 1])
      world.edit(PODS, `default/web-${ordinal}`, {
        metadata: { ownerReferences: [referenceTo(again)] },
      });
    await world.settle(1_000);
    world.gone('web-0');
    await world.settle(1_000);
    world.podOfSet(again, 0);
    await world.settle(1_000);
    expect(addresses()).toEqual(before);
    expect(world.recorded().filter((type) => type === 'AddressReserved')).toHaveLength(2);
  });
});

describe('a template that changes', () => {
  it('to another address moves the ordinal with its next Pod; to another Subnet leaves the old one', async () => {
    const { world, set } = await crewOf(1);
    world.gone('web-0');
    await world.settle(1_000);
    world.podOfSet(set, 0, { annotations: { 'ovn.kubernetes.io/ip_address': '10.16.9.9' } });
    await world.settle(1_000);
    expect(world.heldBy('statefulset/default/web/0')).toMatch(/^10\.16\.9\.9 /);
    await world.defineSubnet('other', { cidrBlock: '10.20.0.0/16' });
    world.gone('web-0');
    await world.settle(1_000);
    world.podOfSet(set, 0, { annotations: { 'ovn.kubernetes.io/logical_switch': 'other' } });
    await world.settle(1_000);
    expect(world.holders()).toEqual([]);
    expect(world.ip('web-0')).toBe('10.20.0.2');
  });
});

describe('a retention', () => {
  const RETENTION = 'holdfast.io/retention';

  it('of the set or its Pod is recorded, and holds', async () => {
    const { world } = await crewOf(2, { annotations: { [RETENTION]: '24h' } });
    world.delete(STATEFUL_SETS, 'default/web');
    for (const ordinal of [0, 1]) world.gone(`web-${ordinal}`);
    await world.settle(23 * HOUR_MS);
    expect(world.holders()).toHaveLength(2);
    await world.settle(HOUR_MS + 10_000);
    expect(world.holders()).toEqual([]);
    expect(world.ledger.facts.at(-1)?.event).toMatchObject({ reason: expect.stringContaining('kept until') });
  });

  it('of years is no more work than one of hours', async () => {
    const { world } = await crewOf(1, { annotations: { [RETENTION]: '3000d' } });
    world.delete(STATEFUL_SETS, 'default/web');
    world.gone('web-0');
    const before = world.ledger.executed.length;
    await world.settle(40 * 24 * HOUR_MS);
    expect(world.holders()).toHaveLength(1);
    expect(world.ledger.executed.length - before).toBe(1);
  });

  it('that runs out while nobody looks is over when somebody does', async () => {
    const { world } = await crewOf(1, { annotations: { [RETENTION]: '1h' } });
    world.delete(STATEFUL_SETS, 'default/web');
    world.gone('web-0');
    await world.settle(10_000);
    await world.running.crash();
    await world.settle(2 * HOUR_MS);
    await world.startAddresses();
    await world.settle(1_000);
    expect(world.holders()).toEqual([]);
  });

  it('for ever survives its owner; of a Pod goes before the set’s; "" takes it back; nonsense is told', async () => {
    const world = await PodWorld.started();
    const set = world.set('web', 3, { annotations: { [RETENTION]: 'release' } });
    world.podOfSet(set, 0, { annotations: { [RETENTION]: 'forever' } });
    world.podOfSet(set, 1);
    world.podOfSet(set, 2, { annotations: { [RETENTION]: 'a while' } });
    await world.settle(10_000);
    expect(world.reasons()).toEqual(['web-2: InvalidArgument']);
    for (const ordinal of [0, 1]) world.gone(`web-${ordinal}`);
    await world.settle(1_000);
    expect(world.holders()).toEqual(['statefulset/default/web/0', 'statefulset/default/web/2']);
    world.delete(STATEFUL_SETS, 'default/web');
    await world.settle(600_000);
    expect(world.holders()).toEqual(['statefulset/default/web/0', 'statefulset/default/web/2']);
  });
});

describe('sets of other groups', () => {
  const KRUISE = namespacedResource('apps.kruise.io', 'v1beta1', 'statefulsets', 'StatefulSet');
  const DEFINITIONS = clusterResource('apiextensions.k8s.io', 'v1', 'customresourcedefinitions', 'X');

  it('have ordinals where the configuration names their group, and reserved ordinals are left out', async () => {
    const world = await PodWorld.started();
    const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
    world.sandbox.request('POST', `/apis/${DEFINITIONS.group}/v1/${DEFINITIONS.plural}`, {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'statefulsets.apps.kruise.io' },
      spec: {
        ...{ group: KRUISE.group, scope: 'Namespaced' },
        names: {
          plural: KRUISE.plural,
          kind: KRUISE.kind,
          singular: 'statefulset',
          listKind: 'StatefulSetList',
        },
        versions: [{ name: KRUISE.version, served: true, storage: true, schema }],
      },
    });
    await world.whileDown(() => undefined, { statefulSets: [STATEFUL_SETS, KRUISE] });
    const set = world.create(KRUISE, 'web', { replicas: 2, reserveOrdinals: [1] }, { namespace: 'default' });
    for (const ordinal of [0, 2]) world.podOfSet(set, ordinal);
    await world.settle(1_000);
    for (const ordinal of [0, 2]) world.gone(`web-${ordinal}`);
    await world.settle(1_000);
    expect(world.holders()).toEqual(['statefulset/default/web/0', 'statefulset/default/web/2']);
    world.edit(KRUISE, 'default/web', { spec: { reserveOrdinals: [0, 2] } });
    await world.settle(1_000);
    expect(world.holders()).toEqual([]);
  });

  it('are nothing to it otherwise', async () => {
    const world = await PodWorld.started();
    const owner = { apiVersion: 'apps.kruise.io/v1beta1', kind: 'StatefulSet', name: 'web', uid: 'u' };
    world.podOf('web-0', { ownerReferences: [owner] });
    await world.settle(1_000);
    expect(world.holders()).toEqual(['pod/default/web-0']);
  });
});
