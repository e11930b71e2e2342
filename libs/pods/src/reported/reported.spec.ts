// What users of every peer report of Pod addresses: duplicates, addresses that change under what runs, leaks. Each by the
// threads that report it.
import { parseCidr } from '@holdfast/ipam';
import { type KubernetesObject, PODS } from '@holdfast/kube-api';
import { VIRTUAL_MACHINE_INSTANCES } from '../owner/machine-resources';
import { PodWorld, DEFAULT_SUBNET } from '../testing/pod-world';

const HOUR_MS = 3_600_000;

const addressesOf = (world: PodWorld): (string | undefined)[] =>
  world.holders().map((it) => world.heldBy(it));

describe('two owners of one address', () => {
  it('do not come of many Pods at once (whereabouts #393 and #712, netbox #2519)', async () => {
    const world = await PodWorld.started({}, { cidrBlock: '10.16.0.0/23' });
    for (let index = 0; index < 500; index += 1) world.podOf(`p${index}`);
    await world.settle(5_000);
    const shown = Array.from({ length: 500 }, (_, index) => world.ip(`p${index}`));
    expect(new Set(shown).size).toBe(500);
    expect(shown).not.toContain(undefined);
  });

  it('do not come of a restart with Pods that went meanwhile (kube-ovn #4304)', async () => {
    const world = await PodWorld.started({}, { cidrBlock: '10.16.0.0/29' });
    for (const name of ['a', 'b', 'c', 'd', 'e']) world.podOf(name);
    await world.settle(1_000);
    await world.whileDown(() => {
      world.gone('c');
      world.podOf('late');
    });
    // What is not surely free is not given away, though nothing else is left.
    await world.settle(10_000);
    expect(world.ip('late')).toBeUndefined();
    await world.settle(120_000);
    expect(world.ip('late')).toBe('10.16.0.4');
    expect(world.everHeldTwice()).toEqual([]);
  });

  it('do not come of several NICs in one Subnet (kube-ovn #1840, #6762)', async () => {
    const world = await PodWorld.started();
    const providers = ['net1.infra.ovn', 'net2.infra.ovn'];
    const switches = providers.map((provider) => [
      `${provider}.kubernetes.io/logical_switch`,
      DEFAULT_SUBNET,
    ]);
    const annotations = {
      'k8s.v1.cni.cncf.io/networks': 'infra/net1,infra/net2',
      ...(Object.fromEntries(switches) as Record<string, string>),
    };
    const set = world.set('web', 2);
    for (const ordinal of [0, 1]) world.podOfSet(set, ordinal, { annotations });
    await world.settle(1_000);
    const before = addressesOf(world);
    expect(new Set(before).size).toBe(6);
    for (const ordinal of [0, 1]) world.gone(`web-${ordinal}`);
    await world.settle(HOUR_MS);
    for (const ordinal of [1, 0]) world.podOfSet(set, ordinal, { annotations });
    await world.settle(1_000);
    expect(addressesOf(world)).toEqual(before);
  });

  it('do not come of a machine that stood still for days (kube-ovn #2344)', async () => {
    const world = await PodWorld.started({}, { cidrBlock: '10.16.0.0/29' });
    world.installKubevirt();
    world.machine('db');
    const vmi = world.instance('db');
    const { metadata } = world.podOfInstance(vmi, 'aaaaa');
    await world.settle(2_000);
    world.delete(VIRTUAL_MACHINE_INSTANCES, 'default/db');
    world.gone(metadata.name);
    await world.settle(72 * HOUR_MS);
    for (let index = 0; index < 6; index += 1) world.podOf(`p${index}`);
    await world.settle(10_000);
    world.podOfInstance(world.instance('db'), 'bbbbb');
    await world.settle(2_000);
    expect(world.ip('virt-launcher-db-bbbbb')).toBe('10.16.0.2');
    expect(world.reasons().sort()).toEqual(['p4: SubnetExhausted', 'p5: SubnetExhausted']);
    expect(world.everHeldTwice()).toEqual([]);
  });
});

describe('an address that changes under what runs', () => {
  it('is none of a Subnet that grows (cilium #40358)', async () => {
    const world = await PodWorld.started({}, { cidrBlock: '10.16.0.0/28' });
    for (let index = 0; index < 10; index += 1) world.podOf(`p${index}`);
    await world.settle(1_000);
    const before = addressesOf(world);
    const cidrs = [parseCidr('10.16.0.0/24')].filter((it) => it !== undefined);
    await world.ledger.execute({ type: 'ReviseSubnet', subnet: DEFAULT_SUBNET, cidrs }, 'ann', 'http');
    await world.settle(1_000);
    await world.whileDown(() => undefined);
    await world.settle(HOUR_MS);
    expect(addressesOf(world)).toEqual(before);
    expect(world.annotation('p0', 'cidr')).toBe('10.16.0.0/24');
  });

  it('is none of a machine with a static one that migrates (kubevirt #4910, #14320)', async () => {
    const world = await PodWorld.started();
    world.installKubevirt();
    world.machine('db');
    const vmi = world.instance('db');
    const annotations = { 'ovn.kubernetes.io/ip_address': '10.16.0.50' };
    world.podOfInstance(vmi, 'aaaaa', { annotations, node: 'n1' });
    await world.settle(10_000);
    const labels = { 'kubevirt.io/migrationJobUID': 'j1' };
    world.podOfInstance(vmi, 'bbbbb', { annotations, labels, node: 'n2' });
    await world.settle(10_000);
    expect(world.ip('virt-launcher-db-bbbbb')).toBe('10.16.0.50');
    expect(world.reasons()).toEqual([]);
  });

  it('is none of machines after the whole cluster was restarted (kubevirt #7284)', async () => {
    const world = await PodWorld.started();
    world.installKubevirt();
    const names = ['a', 'b', 'c', 'd'];
    const launch = (suffix: string, name: string): KubernetesObject =>
      world.podOfInstance(world.instance(name), suffix);
    for (const name of names) world.machine(name);
    for (const name of names) launch('one', name);
    await world.settle(2_000);
    const before = addressesOf(world);
    await world.whileDown(() => {
      for (const name of names) {
        world.delete(VIRTUAL_MACHINE_INSTANCES, `default/${name}`);
        world.gone(`virt-launcher-${name}-one`);
      }
      for (const name of [...names].reverse()) launch('two', name);
    });
    await world.settle(HOUR_MS);
    expect(addressesOf(world)).toEqual(before);
    expect(world.usersOf('vm/default/a')).toHaveLength(1);
  });
});

describe('a leak', () => {
  it('is not left by Pods that come and go (calico #8548, kube-ovn #6943)', async () => {
    const world = await PodWorld.started({}, { cidrBlock: '10.16.0.0/28' });
    for (let round = 0; round < 100; round += 1) {
      for (let index = 0; index < 10; index += 1) world.podOf(`p${round}-${index}`);
      await world.settle(200);
      for (let index = 0; index < 10; index += 1) world.gone(`p${round}-${index}`);
      await world.settle(200);
    }
    expect(world.holders()).toEqual([]);
    expect(world.running.projector.status).toMatchObject({ due: 0, pods: 0, refused: 0 });
  });

  it('is not left by a node that is lost with all its Pods (whereabouts #75)', async () => {
    const world = await PodWorld.started();
    const finalizers = ['example.com/node'];
    for (let index = 0; index < 5; index += 1)
      world.create(PODS, `p${index}`, { nodeName: 'lost' }, { namespace: 'default', finalizers } as object);
    await world.settle(1_000);
    for (let index = 0; index < 5; index += 1) world.delete(PODS, `default/p${index}`);
    await world.settle(HOUR_MS);
    expect(world.holders()).toHaveLength(5);
    for (let index = 0; index < 5; index += 1)
      world.edit(PODS, `default/p${index}`, { metadata: { finalizers: null } });
    await world.settle(1_000);
    expect(world.holders()).toEqual([]);
  });

  it('is not left by what failed half-way (kube-ovn #4922, spiderpool #412)', async () => {
    const world = await PodWorld.started();
    for (let index = 0; index < 20; index += 1) {
      world.podOf(`p${index}`);
      world.ledger.failNext(index % 2 === 0 ? 'after' : 'before');
      await world.settle(10);
      world.gone(`p${index}`);
      await world.settle(5_000);
    }
    await world.settle(HOUR_MS);
    expect(world.holders()).toEqual([]);
    expect(world.recorded()).toContain('AddressReleased');
  });
});
