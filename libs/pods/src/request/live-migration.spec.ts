// Virtual machines: what the instance's status makes of each of its Pods, and addresses through stop, start, restart,
// live migration and a migration that fails.
import { type KubernetesObject, NAMESPACES } from '@holdfast/kube-api';
import { roleOf, takesOver } from './live-migration';
import { VIRTUAL_MACHINE_INSTANCES, VIRTUAL_MACHINES } from '../owner/machine-resources';
import { PodWorld, DEFAULT_SUBNET } from '../testing/pod-world';

const T = (second: number): string => `2026-01-01T00:00:${String(second).padStart(2, '0')}Z`;

function pod(name: string, second: number, job?: string, node?: string): KubernetesObject {
  const labels: Record<string, string> = job === undefined ? {} : { 'kubevirt.io/migrationJobUID': job };
  const metadata = {
    name,
    namespace: 'default',
    uid: name,
    resourceVersion: '1',
    creationTimestamp: T(second),
    labels,
  };
  return { apiVersion: 'v1', kind: 'Pod', metadata, spec: { nodeName: node } };
}

function instance(migrationState?: object): KubernetesObject {
  const metadata = { name: 'vm', uid: 'vm', resourceVersion: '1' };
  return { apiVersion: 'kubevirt.io/v1', kind: 'VMI', metadata, status: { migrationState } as never };
}

describe('the role of a machine’s Pod', () => {
  const running = { migrationUid: 'j1', targetPod: 'b', sourcePod: 'a', startTimestamp: T(20) };
  const done = { ...running, completed: true, endTimestamp: T(30) };
  const second = { migrationUid: 'j2', targetPod: 'c', startTimestamp: T(50), sourceNode: 'n2' };

  it.each<[string, KubernetesObject, object | undefined, string]>([
    ['the only one', pod('a', 0), undefined, 'uses'],
    ['a target not named yet', pod('b', 10, 'j1'), undefined, 'joins'],
    ['the source meanwhile', pod('a', 0), running, 'uses'],
    ['the target meanwhile', pod('b', 10, 'j1'), running, 'joins'],
    ['the target when it is done', pod('b', 10, 'j1'), done, 'uses'],
    [
      'the source when it is done, and nobody says when',
      pod('a', 0),
      { targetPod: 'b', completed: true },
      'uses',
    ],
    ['the source when it is done', pod('a', 0), done, 'leaves'],
    ['the target when it failed', pod('b', 10, 'j1'), { ...done, failed: true }, 'leaves'],
    ['the source when it failed', pod('a', 0), { ...done, failed: true }, 'uses'],
    ['the next target, before it is named', pod('c', 40, 'j2'), done, 'joins'],
    ['the former target, as the source of the next', pod('b', 10, 'j1', 'n2'), second, 'joins'],
    ['a target that failed, during the next', pod('b', 10, 'j1', 'n9'), second, 'leaves'],
    [
      'the former target when the next is done',
      pod('b', 10, 'j1', 'n2'),
      { ...second, completed: true, endTimestamp: T(60) },
      'leaves',
    ],
  ])('%s', (_, of, state, role) => {
    expect(roleOf(of, instance(state))).toBe(role);
  });

  it('is to have the packets for the target alone, and only of a migration that succeeded', () => {
    const [source, target] = [pod('a', 0), pod('b', 10, 'j1')];
    const said = [running, done, { ...done, failed: true }].map((state) => {
      return [source, target].map((of) => takesOver(of, instance(state)));
    });
    expect(said).toEqual([
      [false, false],
      [false, true],
      [false, false],
    ]);
  });

  it('is its own mark’s where the instance is not known', () => {
    expect([roleOf(pod('a', 0), undefined), roleOf(pod('b', 10, 'j1'), undefined)]).toEqual([
      'uses',
      'joins',
    ]);
  });
});

interface Machine {
  readonly world: PodWorld;
  readonly source: KubernetesObject;
  readonly vmi: KubernetesObject;
}

const HOLDER = 'vm/default/db';

async function machine(annotations: Readonly<Record<string, string>> = {}): Promise<Machine> {
  const world = await PodWorld.started();
  world.installKubevirt();
  world.machine('db');
  const vmi = world.instance('db');
  const source = world.podOfInstance(vmi, 'aaaaa', { node: 'n1', annotations });
  await world.settle(2_000);
  return { world, source, vmi };
}

async function migrate(
  { world, vmi }: Machine,
  annotations: Readonly<Record<string, string>> = {},
): Promise<KubernetesObject> {
  await world.settle(10_000);
  const target = world.podOfInstance(vmi, 'bbbbb', {
    labels: { 'kubevirt.io/migrationJobUID': 'j1' },
    annotations,
  });
  await world.settle(2_000);
  world.edit(
    { group: '', version: 'v1', plural: 'pods', kind: 'Pod', namespaced: true },
    `default/${target.metadata.name}`,
    {
      spec: { nodeName: 'n2' },
    },
  );
  status(world, { migrationUid: 'j1', targetPod: target.metadata.name, startTimestamp: now(world) });
  await world.settle(2_000);
  return target;
}

const now = (world: PodWorld): string => `${new Date(world.clock.now()).toISOString().slice(0, 19)}Z`;
const status = (world: PodWorld, migrationState: object): void =>
  world.editStatus(VIRTUAL_MACHINE_INSTANCES, 'default/db', { migrationState });
const nodes = (world: PodWorld, holder = HOLDER): (string | undefined)[] =>
  world
    .state()
    .users.usersOf(holder as never)
    .map(({ node }) => node);

describe('a virtual machine', () => {
  it('keeps its addresses through stop, start, and a restart of its Pod', async () => {
    const { world, source } = await machine();
    const before = world.heldBy(HOLDER);
    expect(before).toBeDefined();
    world.delete(VIRTUAL_MACHINE_INSTANCES, 'default/db');
    world.gone(source.metadata.name);
    await world.settle(3_600_000);
    expect(world.heldBy(HOLDER)).toBe(before);
    const again = world.instance('db');
    const { metadata } = world.podOfInstance(again, 'ccccc');
    await world.settle(2_000);
    expect(world.heldBy(HOLDER)).toBe(before);
    expect(world.usersOf(HOLDER)).toEqual([metadata.uid]);
    expect([...world.state().byHolder.values()].map(({ port }) => port)).toEqual(['db.default']);
  });

  it('has one address while it migrates, though its Namespace is in another Subnet by then', async () => {
    const one = await machine();
    const { world } = one;
    const before = world.heldBy(HOLDER);
    await world.defineSubnet('other', { cidrBlock: '10.99.0.0/24' });
    const annotations = { 'ovn.kubernetes.io/logical_switch': 'other' };
    world.edit(NAMESPACES, 'default', { metadata: { annotations } });
    await world.settle(2_000);
    const target = await migrate(one);
    expect(world.heldBy(HOLDER, 'other')).toBeUndefined();
    expect(world.heldBy(HOLDER)).toBe(before);
    expect(world.usersOf(HOLDER)).toHaveLength(2);
    expect(world.ip(target.metadata.name)).toBe(before?.split(' ')[0]);
  });

  it('gives them up when it is deleted, also when nobody looked', async () => {
    const { world, source } = await machine();
    await world.whileDown(() => {
      world.delete(VIRTUAL_MACHINES, 'default/db');
      world.delete(VIRTUAL_MACHINE_INSTANCES, 'default/db');
      world.gone(source.metadata.name);
    });
    await world.settle(180_000);
    expect(world.holders()).toEqual([]);
  });

  it('is not taken for gone when it comes unseen, and its instance ends', async () => {
    const world = await PodWorld.started();
    world.installKubevirt();
    const other = world.instance('other');
    world.podOfInstance(other, 'aaaaa');
    await world.settle(2_000);
    const vmi = world.instance('db');
    const { metadata } = world.podOfInstance(vmi, 'aaaaa');
    await world.settle(2_000);
    world.sandbox.faults.silenceWatches();
    world.machine('db');
    world.delete(VIRTUAL_MACHINE_INSTANCES, 'default/db');
    world.gone(metadata.name);
    await world.settle(3_600_000);
    expect(world.holders()).toContain(HOLDER);
  });

  it('that has no VirtualMachine gives them up with its instance', async () => {
    const world = await PodWorld.started();
    world.installKubevirt();
    const vmi = world.instance('db');
    const { metadata } = world.podOfInstance(vmi, 'aaaaa');
    await world.settle(2_000);
    world.gone(metadata.name);
    await world.settle(2_000);
    expect(world.holders()).toEqual([HOLDER]);
    world.delete(VIRTUAL_MACHINE_INSTANCES, 'default/db');
    await world.settle(2_000);
    expect(world.holders()).toEqual([]);
  });

  it('is nothing but its Pods with keep-vm-ip=false', async () => {
    const { world, source } = await machine();
    await world.running.stop();
    world.gone(source.metadata.name);
    await world.whileDown(() => undefined, { keepVmIp: false });
    const { metadata } = world.podOfInstance(
      world.read(VIRTUAL_MACHINE_INSTANCES, 'default/db') as never,
      'zzzzz',
    );
    await world.settle(2_000);
    expect(world.holders()).toContain(`pod/default/${metadata.name}`);
  });

  it('is not let onto two nodes by a second Pod that is no migration’s', async () => {
    const { world, vmi, source } = await machine();
    const other = world.podOfInstance(vmi, 'ddddd', { node: 'n3' });
    await world.settle(10_000);
    expect(world.usersOf(HOLDER)).toEqual([source.metadata.uid]);
    expect(world.reasons()).toEqual([`${other.metadata.name}: ReservationInUse`]);
  });
});

describe('a live migration', () => {
  it('shares the addresses, moves them to the target, and leaves them to it alone', async () => {
    const run = await machine();
    const { world, source } = run;
    const target = await migrate(run);
    expect(world.usersOf(HOLDER)).toEqual([source.metadata.uid, target.metadata.uid]);
    expect(nodes(world)).toEqual(['n1', 'n2']);
    expect(world.ip(target.metadata.name)).toBe(world.ip(source.metadata.name));
    status(world, { completed: true, endTimestamp: now(world) });
    await world.settle(2_000);
    expect(world.usersOf(HOLDER)).toEqual([target.metadata.uid]);
    world.gone(source.metadata.name);
    await world.settle(600_000);
    expect(world.usersOf(HOLDER)).toEqual([target.metadata.uid]);
    expect(world.recorded().filter((type) => type === 'AddressReserved')).toHaveLength(1);
  });

  it('that does not say when it was done moves packets, once, and leaves the source to end by itself', async () => {
    const run = await machine();
    const { world, source } = run;
    const target = await migrate(run);
    status(world, { completed: true, startTimestamp: null });
    await world.settle(10_000);
    expect(world.usersOf(HOLDER)).toEqual([target.metadata.uid, source.metadata.uid]);
    const moves = world.ledger.facts.map(({ event }) => event).filter((event) => 'reason' in event);
    expect(moves).toMatchObject([
      {
        ...{ type: 'UserAttached', reason: 'its live migration was completed' },
        evidence: { object: 'virtualmachineinstance/default/db', uid: run.vmi.metadata.uid },
      },
    ]);
    world.gone(source.metadata.name);
    await world.settle(1_000);
    expect(world.usersOf(HOLDER)).toEqual([target.metadata.uid]);
  });

  it('that fails leaves them to the source alone, also while the target’s Pod is still there', async () => {
    const run = await machine();
    const { world, source } = run;
    const target = await migrate(run);
    status(world, { completed: true, failed: true, endTimestamp: now(world) });
    await world.settle(2_000);
    expect(world.usersOf(HOLDER)).toEqual([source.metadata.uid]);
    world.gone(target.metadata.name);
    await world.settle(600_000);
    expect(world.usersOf(HOLDER)).toEqual([source.metadata.uid]);
  });

  it.each([false, true])('that ends while nobody looks ends the same (failed: %s)', async (failed) => {
    const run = await machine();
    const { world, source } = run;
    const target = await migrate(run);
    await world.whileDown(() => status(world, { completed: true, failed, endTimestamp: now(world) }));
    await world.settle(180_000);
    expect(world.usersOf(HOLDER)).toEqual([(failed ? source : target).metadata.uid]);
  });

  it.each([0, -3_600_000])('is what it takes to share a machine’s Vip (clock set by %i ms)', async (byMs) => {
    const world = await PodWorld.started();
    world.installKubevirt();
    const vip = { subnet: DEFAULT_SUBNET, vipType: '', selector: [] } as const;
    await world.ledger.execute({ type: 'ReserveVip', name: 'web', ...vip }, 'ann', 'http');
    const vmi = world.instance('db');
    const annotations = { 'ovn.kubernetes.io/vip': 'web' };
    const source = world.podOfInstance(vmi, 'aaaaa', { node: 'n1', annotations });
    await world.settle(2_000);
    world.clock.step(byMs);
    world.podOfInstance(vmi, 'bbbbb', { node: 'n2', annotations });
    await world.settle(60_000);
    expect(world.usersOf('vip/web')).toEqual([source.metadata.uid]);
    expect(world.reasons()).toEqual(['virt-launcher-db-bbbbb: ReservationInUse']);
  });

  it('of a machine that has a Vip never takes it from the source before its time', async () => {
    const world = await PodWorld.started();
    world.installKubevirt();
    const vip = { subnet: DEFAULT_SUBNET, vipType: '', selector: [] } as const;
    await world.ledger.execute({ type: 'ReserveVip', name: 'web', ...vip }, 'ann', 'http');
    world.machine('db');
    const vmi = world.instance('db');
    const annotations = { 'ovn.kubernetes.io/vip': 'web' };
    const source = world.podOfInstance(vmi, 'aaaaa', { node: 'n1', annotations });
    await world.settle(2_000);
    const target = await migrate({ world, vmi, source }, annotations);
    expect(world.usersOf('vip/web')[0]).toBe(source.metadata.uid);
    expect(world.ip(target.metadata.name)).toBe('10.16.0.2');
    status(world, { completed: true, endTimestamp: now(world) });
    await world.settle(10_000);
    expect(world.usersOf('vip/web')).toEqual([target.metadata.uid]);
    expect(world.recorded().length).toBeLessThan(12);
  });
});
