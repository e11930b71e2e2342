// An IPPool from its creation to its end, in virtual time.
import { type AddressRange, parseHolder, subnet } from '@holdfast/ipam';
import { ProjectorWorld } from '../testing/projector-world';
import { MANIFESTS } from '@holdfast/kube-api/testing';
import { FINALIZER, IP_POOLS, SUBNETS } from '@holdfast/kube-api';
import { POOL_SUBNET_ANNOTATION } from './pool-home';

async function started(
  definitions?: string,
): Promise<ProjectorWorld & { readonly running: Awaited<ReturnType<ProjectorWorld['start']>> }> {
  const world = new ProjectorWorld(definitions);
  const running = await world.start();
  world.subnet('ovn-default', { cidrBlock: '10.16.0.0/24,fd00::/112' });
  await world.settle();
  return Object.assign(world, { running });
}

const at = (host: number): AddressRange => ({ first: 0x0a100000 + host, last: 0x0a100000 + host });

const poolsOf = ({ ledger }: ProjectorWorld, subnet = 'ovn-default') =>
  ledger.view.subnet(subnet)?.definition?.pools ?? [];

const reserve = (world: ProjectorWorld, name: string, request: object = {}) =>
  world.ledger.execute(
    { type: 'ReserveAddress', subnet: 'ovn-default', holder: parseHolder(`pod/web/${name}`)!, ...request },
    'ann',
    'grpc',
  );

const commands = (world: ProjectorWorld): string[] =>
  world.ledger.executed.flatMap(({ command, rejected }) =>
    command.type.endsWith('Pool') ? [`${command.type} ${rejected?.code ?? ''}`.trim()] : [],
  );

describe.each([
  ['our definitions', MANIFESTS.holdfast],
  ["Kube-OVN's", MANIFESTS.kubeOvn],
])('an IPPool, with %s', (_, definitions) => {
  it('is defined under its finalizer in its Subnet, and counts', async () => {
    const world = await started(definitions);
    world.pool('gold', ['10.16.0.201', '10.16.0.210/30', '10.16.0.220..10.16.0.230', 'fd00::10..fd00::1f'], {
      namespaces: ['web', 'db'],
    });
    await world.settle();
    const object = world.read(IP_POOLS, 'gold');
    expect(object?.metadata).toMatchObject({
      finalizers: [FINALIZER],
      annotations: { [POOL_SUBNET_ANNOTATION]: 'ovn-default' },
    });
    expect(poolsOf(world)).toMatchObject([{ name: 'gold', namespaces: ['db', 'web'] }]);
    await reserve(world, 'a', { pool: 'gold' });
    await world.settle(2_000);
    expect(world.statusOf(IP_POOLS, 'gold')).toMatchObject({
      v4UsingIPs: 1,
      v4AvailableIPs: 15,
      v4UsingIPRange: '10.16.0.201',
      v4AvailableIPRange: '10.16.0.208-10.16.0.211,10.16.0.220-10.16.0.230',
      v6UsingIPs: 1,
      v6AvailableIPs: 15,
      v6UsingIPRange: 'fd00::10',
      v6AvailableIPRange: 'fd00::11-fd00::1f',
    });
    expect(world.condition(IP_POOLS, 'gold')).toMatchObject({ status: 'True', reason: 'Defined' });
    expect(commands(world)).toEqual(['DefinePool']);
  });

  it('moves to another Subnet: retired there, defined here', async () => {
    const world = await started(definitions);
    world.subnet('other', { cidrBlock: '10.16.0.0/16' });
    world.pool('gold', ['10.16.0.201']);
    await world.settle(2_000);
    world.edit(IP_POOLS, 'gold', { spec: { subnet: 'other' } });
    await world.settle(2_000);
    expect(poolsOf(world)).toEqual([]);
    expect(poolsOf(world, 'other')).toMatchObject([{ name: 'gold' }]);
    expect(world.condition(IP_POOLS, 'gold')).toMatchObject({ message: 'It is defined in subnet other.' });
    expect(commands(world)).toEqual(['DefinePool', 'RetirePool', 'DefinePool']);
  });
});

describe('an IPPool', () => {
  it('stays where it is while the Subnet that it names cannot have it', async () => {
    const world = await started();
    world.subnet('other', { cidrBlock: '10.99.0.0/16' });
    world.pool('gold', ['10.16.0.201']);
    await world.settle(2_000);
    world.edit(IP_POOLS, 'gold', { spec: { subnet: 'other' } });
    await world.settle(2_000);
    expect(poolsOf(world)).toHaveLength(1);
    const { reason, message } = world.condition(IP_POOLS, 'gold') ?? {};
    expect([reason, message]).toEqual([
      'InvalidArgument',
      expect.stringMatching(
        /no address within 10\.99\.0\.0\/16.* It stays as it was defined before, in subnet ovn-default\.$/,
      ),
    ]);
    world.edit(IP_POOLS, 'gold', { spec: { subnet: 'nowhere' } });
    await world.settle(5_000);
    expect(world.condition(IP_POOLS, 'gold')).toMatchObject({ reason: 'SubnetNotFound' });
    expect(poolsOf(world)).toHaveLength(1);
  });

  it('waits for its Subnet in silence first, says so then, and is defined when it comes', async () => {
    const world = new ProjectorWorld();
    await world.start();
    world.pool('gold', ['10.16.0.201']);
    await world.settle(1_000);
    expect(world.events()).toEqual([]);
    await world.settle(2_000);
    expect(world.events()).toMatchObject([{ reason: 'SubnetNotFound', involvedObject: { name: 'gold' } }]);
    world.subnet();
    await world.settle(2_000);
    expect(world.condition(IP_POOLS, 'gold')).toMatchObject({ status: 'True' });
  });

  it('has no address of another pool, says so, and has it when that goes', async () => {
    const world = await started();
    world.pool('gold', ['10.16.0.201..10.16.0.209']);
    await world.settle();
    world.pool('silver', ['10.16.0.205']);
    await world.settle(2_000);
    expect(world.condition(IP_POOLS, 'silver')?.['message']).toContain(
      'pool gold and 10.16.0.205 of pool silver',
    );
    expect(world.events()).toMatchObject([{ reason: 'InvalidArgument', involvedObject: { name: 'silver' } }]);
    world.delete(IP_POOLS, 'gold');
    await world.settle(2_000);
    expect(world.read(IP_POOLS, 'gold')).toBeUndefined();
    expect(poolsOf(world)).toMatchObject([{ name: 'silver' }]);
    expect(world.condition(IP_POOLS, 'silver')).toMatchObject({ status: 'True' });
  });

  it('says what of its spec has no effect, and by which path one is bad', async () => {
    const world = await started();
    world.pool('gold', ['10.16.0.201', '10.17.0.1'], { enableAddressSet: true });
    world.pool('bad', ['10.16.0.9..10.16.0.1']);
    world.pool('none', []);
    await world.settle(2_000);
    expect(world.condition(IP_POOLS, 'gold')?.['message']).toMatch(
      /Of spec\.ips, what lies outside .* has no effect: "10\.17\.0\.1"\. spec\.enableAddressSet has no effect/,
    );
    expect(world.condition(IP_POOLS, 'bad')?.['message']).toContain('spec.ips[0]');
    expect(world.condition(IP_POOLS, 'none')?.['message']).toContain('spec.ips');
  });

  it('goes when its object is deleted, also while nobody looked; who holds an address keeps it', async () => {
    const world = await started();
    world.pool('gold', ['10.16.0.201']);
    await world.settle();
    await reserve(world, 'a', { pool: 'gold', families: [4] });
    await world.running.crash();
    world.delete(IP_POOLS, 'gold');
    await world.start();
    await world.settle(2_000);
    expect(world.read(IP_POOLS, 'gold')).toBeUndefined();
    expect(poolsOf(world)).toEqual([]);
    expect(world.ledger.view.subnet('ovn-default')?.byAddress.size).toBe(1);
  });

  it('leaves pools that others defined alone, and its Subnet leaves pools alone', async () => {
    const world = await started();
    const ranges = [{ first: 0x0a100005, last: 0x0a100006 }];
    await world.ledger.execute(
      { type: 'DefinePool', subnet: 'ovn-default', name: 'theirs', ranges, namespaces: [] },
      'ann',
      'grpc',
    );
    world.edit(SUBNETS, 'ovn-default', { spec: { excludeIps: ['10.16.0.9'] } });
    await world.settle(400_000);
    expect(poolsOf(world)).toMatchObject([{ name: 'theirs' }]);
    world.pool('gold', ['10.16.0.201']);
    await world.settle();
    world.vanish(IP_POOLS, 'gold');
    await world.settle(400_000);
    expect(poolsOf(world).map(({ name }) => name)).toEqual(['theirs']);
  });

  it('need not be a kind of this cluster, and is followed as soon as it is', async () => {
    const world = new ProjectorWorld();
    const definition = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/ippools.kubeovn.io';
    world.sandbox.request('DELETE', definition);
    world.subnet();
    const { projector, faults } = await world.start();
    await world.settle(120_000);
    expect(projector.status).toMatchObject({ synced: true, unserved: ['ippools.kubeovn.io'] });
    expect(faults).toHaveLength(1);
    world.install(MANIFESTS.holdfast);
    await world.settle(60_000);
    expect(projector.status).not.toHaveProperty('unserved');
    world.pool('gold', ['10.16.0.201']);
    await world.settle(2_000);
    expect(poolsOf(world)).toHaveLength(1);
    // The server deletes the objects first, and waits for their finalizers.
    world.delete(IP_POOLS, 'gold');
    await world.settle(2_000);
    world.sandbox.request('DELETE', definition);
    await world.settle(1_200_000);
    expect(projector.status).toMatchObject({ synced: true, unserved: ['ippools.kubeovn.io'], pools: 0 });
    expect(projector.status).not.toHaveProperty('trouble');
    world.install(MANIFESTS.holdfast);
    world.pool('gold', ['10.16.0.201']);
    await world.settle(60_000);
    expect(projector.status).not.toHaveProperty('unserved');
    expect(poolsOf(world)).toHaveLength(1);
  });
});

describe('the statuses of a Subnet and its pools', () => {
  it('follow a burst with a write a second each', async () => {
    const world = await started();
    world.pool('gold', ['10.16.0.201..10.16.0.209']);
    await world.settle(5_000);
    world.takeWrites();
    for (let at = 0; at < 50; at += 1) {
      await reserve(world, `p${at}`, at % 10 === 0 ? { pool: 'gold', families: [4] } : {});
      await world.settle(20);
    }
    await world.settle(2_000);
    const writes = world.takeWrites();
    expect(writes.filter((write) => write.includes('ippools')).length).toBeLessThanOrEqual(3);
    expect(writes.filter((write) => write.includes('subnets')).length).toBeLessThanOrEqual(3);
    expect(world.statusOf(IP_POOLS, 'gold')).toMatchObject({ v4UsingIPs: 5, v4AvailableIPs: 4 });
    expect(world.statusOf(SUBNETS, 'ovn-default')).toMatchObject({ v4usingIPs: 50, v4availableIPs: 203 });
  });

  it('are counted without deciding about a pool anew, which looks at all pools', async () => {
    const world = await started();
    for (let at = 0; at < 5; at += 1) world.pool(`p${at}`, [`10.16.0.${200 + at}`]);
    await world.settle(5_000);
    const decide = jest.spyOn(subnet, 'decide');
    const decided = (): number => decide.mock.calls.filter(([{ type }]) => type === 'DefinePool').length;
    await reserve(world, 'a', { v4: 0x0a1000c8, families: [4] });
    await world.settle(5_000);
    expect(world.statusOf(IP_POOLS, 'p0')).toMatchObject({ v4UsingIPs: 1, v4AvailableIPs: 0 });
    expect(decided()).toBe(0);
    world.edit(IP_POOLS, 'p1', { spec: { ips: ['10.16.0.220'] } });
    await world.settle(5_000);
    expect(decided()).toBeGreaterThan(0);
    expect(poolsOf(world)).toContainEqual(expect.objectContaining({ name: 'p1', ranges: [at(220)] }));
    decide.mockRestore();
  });

  it("are written for what concerns them: a pool's not for what happens elsewhere in the Subnet", async () => {
    const world = await started();
    world.pool('gold', ['10.16.0.201..10.16.0.209']);
    await world.settle(5_000);
    world.takeWrites();
    await reserve(world, 'a');
    await world.settle(5_000);
    expect(world.takeWrites()).toEqual(['PATCH subnets/ovn-default/status']);
    await world.settle(400_000);
    expect(world.takeWrites()).toEqual([]);
  });
});
