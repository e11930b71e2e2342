// A Pod that waits for what another one has that went while nobody looked: the server is asked at once, by UID.
import { vipHolder } from '@holdfast/ipam';
import { type KubernetesObject, SUBNETS } from '@holdfast/kube-api';
import { VIRTUAL_MACHINE_INSTANCES } from '../owner/machine-resources';
import { type PodShape, PodWorld, DEFAULT_SUBNET } from '../testing/pod-world';

const MACHINE = 'vm/default/db';
/** For reconciles, and far less than the grace that what nobody waits for is given. */
const AT_ONCE_MS = 3_000;

async function machine(): Promise<{
  readonly world: PodWorld;
  readonly launch: (suffix: string, shape?: PodShape) => string;
}> {
  const world = await PodWorld.started();
  world.installKubevirt();
  world.machine('db');
  const vmi = world.instance('db');
  const launch = (suffix: string, shape?: PodShape): string =>
    world.podOfInstance(vmi, suffix, shape).metadata.uid;
  launch('aaaaa', { node: 'n1' });
  await world.settle(10_000);
  return { world, launch };
}

describe('who waits for what is used by a Pod that went unseen', () => {
  it('has it at once: a machine’s new Pod', async () => {
    const { world, launch } = await machine();
    const address = world.ip('virt-launcher-db-aaaaa');
    let uid = '';
    await world.whileDown(() => {
      world.gone('virt-launcher-db-aaaaa');
      uid = launch('bbbbb', { node: 'n2' });
    });
    await world.settle(AT_ONCE_MS);
    expect(world.usersOf(MACHINE)).toEqual([uid]);
    expect(world.ip('virt-launcher-db-bbbbb')).toBe(address);
    expect(world.reasons()).toEqual([]);
    const detached = world.ledger.facts.map(({ event }) => event).find(({ type }) => type === 'UserDetached');
    expect(detached).toMatchObject({
      reason: 'Pod is gone',
      evidence: { object: 'pod/default/virt-launcher-db-aaaaa' },
    });
  });

  it('has it at once: the target of a migration, after another target', async () => {
    const { world, launch } = await machine();
    const labels = (migrationJobUID: string) => ({ 'kubevirt.io/migrationJobUID': migrationJobUID });
    const [source] = world.usersOf(MACHINE);
    launch('bbbbb', { labels: labels('j1') });
    await world.settle(AT_ONCE_MS);
    expect(world.usersOf(MACHINE)).toHaveLength(2);
    let target = '';
    await world.whileDown(() => {
      world.gone('virt-launcher-db-bbbbb');
      target = launch('ccccc', { labels: labels('j2') });
    });
    await world.settle(AT_ONCE_MS);
    expect(world.usersOf(MACHINE)).toEqual([source, target]);
  });

  it('has it at once: another Pod that names the Vip', async () => {
    const world = await PodWorld.started();
    const vip = { subnet: DEFAULT_SUBNET, vipType: '', selector: [] } as const;
    await world.ledger.execute({ type: 'ReserveVip', name: 'web', ...vip }, 'ann', 'http');
    const annotations = { 'ovn.kubernetes.io/vip': 'web' };
    world.podOf('a', { annotations });
    await world.settle(AT_ONCE_MS);
    await world.whileDown(() => {
      world.gone('a');
      world.podOf('b', { annotations });
    });
    await world.settle(AT_ONCE_MS);
    expect(world.ip('b')).toBe('10.16.0.2');
  });
});

describe('who waits for what is used by a Pod that is there', () => {
  it('has it as soon as that is gone', async () => {
    const { world, launch } = await machine();
    const uid = launch('bbbbb', { node: 'n2' });
    await world.settle(AT_ONCE_MS);
    expect(world.reasons()).toEqual(['virt-launcher-db-bbbbb: ReservationInUse']);
    world.gone('virt-launcher-db-aaaaa');
    await world.settle(AT_ONCE_MS);
    expect(world.usersOf(MACHINE)).toEqual([uid]);
  });

  it('goes on waiting, and says why', async () => {
    const { world, launch } = await machine();
    const [first] = world.usersOf(MACHINE);
    await world.whileDown(() => void launch('bbbbb', { node: 'n2' }));
    await world.settle(180_000);
    expect(world.usersOf(MACHINE)).toEqual([first]);
    expect(world.reasons()).toEqual(['virt-launcher-db-bbbbb: ReservationInUse']);
  });

  it('goes on waiting while the server has that Pod, though no watch told of it', async () => {
    const world = await PodWorld.started();
    world.podOf('b', { annotations: { 'ovn.kubernetes.io/vip': 'web' } });
    await world.settle(AT_ONCE_MS);
    world.sandbox.faults.silenceWatches();
    const { uid } = world.podOf('unseen').metadata;
    const vip = { subnet: DEFAULT_SUBNET, vipType: '', selector: [] } as const;
    const user = { object: 'pod/default/unseen', uid };
    const holder = vipHolder('web');
    await Promise.all([
      world.ledger.execute({ type: 'ReserveVip', name: 'web', ...vip }, 'ann', 'http'),
      world.ledger.execute({ type: 'AttachUser', subnet: DEFAULT_SUBNET, holder, user }, 'ann', 'http'),
    ]);
    await world.settle(AT_ONCE_MS);
    expect(world.usersOf('vip/web')).toEqual([uid]);
    expect(world.reasons()).toContain('b: ReservationInUse');
  });

  it('goes on waiting in a cluster that may be another one', async () => {
    const { world } = await machine();
    world.podOf('a');
    await world.settle(AT_ONCE_MS);
    const before = world.usersOf(MACHINE);
    await world.whileDown(() => {
      for (const name of ['virt-launcher-db-aaaaa', 'a']) world.gone(name);
      world.vanish(SUBNETS, DEFAULT_SUBNET);
    });
    world.subnet(DEFAULT_SUBNET, { default: true, cidrBlock: '10.16.0.0/16' });
    world.podOfInstance(world.read(VIRTUAL_MACHINE_INSTANCES, 'default/db') as KubernetesObject, 'bbbbb');
    await world.settle(180_000);
    expect(world.usersOf(MACHINE)).toEqual(before);
    expect(world.reasons()).toEqual(['virt-launcher-db-bbbbb: ReservationInUse']);
  });
});
