// A Subnet from its creation to its end, in virtual time.
import { FINALIZER, SUBNETS, VIPS } from '@holdfast/kube-api';
import { ProjectorWorld } from '../testing/projector-world';
import { COOLING_ANNOTATION } from './subnet-spec';

async function started(): Promise<ProjectorWorld> {
  const world = new ProjectorWorld();
  await world.start();
  return world;
}

describe('a Subnet', () => {
  it('is defined with the defaults that its users expect, and counts', async () => {
    const world = await started();
    world.subnet('ovn-default', {
      cidrBlock: '10.16.0.9/16',
      excludeIps: ['10.16.0.1', '10.16.0.10..10.16.0.19'],
    });
    await world.settle();
    expect(world.read(SUBNETS, 'ovn-default')?.metadata.finalizers).toEqual([FINALIZER]);
    expect(world.read(SUBNETS, 'ovn-default')?.spec).toEqual({
      cidrBlock: '10.16.0.9/16',
      excludeIps: ['10.16.0.1', '10.16.0.10..10.16.0.19'],
    });
    expect(world.statusOf(SUBNETS, 'ovn-default')).toEqual({
      v4usingIPs: 0,
      v4availableIPs: 65_534 - 1 - 10,
      v4usingIPrange: '',
      v4availableIPrange: '10.16.0.2-10.16.0.9,10.16.0.20-10.16.255.254',
      v6usingIPs: 0,
      v6availableIPs: 0,
      v6usingIPrange: '',
      v6availableIPrange: '',
      observedGeneration: 1,
      observedPosition: '1',
      conditions: [
        {
          type: 'Ready',
          status: 'True',
          reason: 'Defined',
          message: 'It is defined as asked.',
          lastTransitionTime: '2026-01-01T00:00:00Z',
        },
      ],
    });
  });

  it('counts each family for itself, in numbers of any size', async () => {
    const world = await started();
    world.subnet('dual', { cidrBlock: '10.17.0.0/24,fd00:10:17::/64', gateway: '10.17.0.254' });
    world.vip('both', { subnet: 'dual' });
    await world.settle(2_000);
    expect(world.statusOf(SUBNETS, 'dual')).toMatchObject({
      v4usingIPs: 1,
      v4availableIPs: 252,
      v6usingIPs: 1,
      v6availableIPs: 2 ** 64,
      v6usingIPrange: 'fd00:10:17::2',
      v6availableIPrange: 'fd00:10:17::3-fd00:10:17:0:ffff:ffff:ffff:fffe',
    });
    expect(world.statusOf(VIPS, 'both')).toMatchObject({ v4ip: '10.17.0.1', v6ip: 'fd00:10:17::2' });
  });

  it('is revised when its spec or its cooling time changes, and goes back to the default when a line goes', async () => {
    const world = await started();
    world.subnet('ovn-default', { cidrBlock: '10.16.0.0/24', gateway: '10.16.0.254' });
    await world.settle();
    world.edit(SUBNETS, 'ovn-default', {
      spec: { cidrBlock: '10.16.0.0/16', excludeIps: ['10.16.0.1..10.16.0.9'] },
    });
    await world.settle();
    world.edit(SUBNETS, 'ovn-default', { metadata: { annotations: { [COOLING_ANNOTATION]: '600' } } });
    await world.settle();
    const { definition } = world.ledger.view.subnet('ovn-default') ?? {};
    expect(definition).toMatchObject({ gateways: [0x0a1000fe], coolingMs: 600_000 });
    expect(world.statusOf(SUBNETS, 'ovn-default')).toMatchObject({
      v4availableIPs: 65_524,
      observedGeneration: 2,
    });
    world.edit(SUBNETS, 'ovn-default', {
      spec: { gateway: null },
      metadata: { annotations: { [COOLING_ANNOTATION]: null } },
    });
    await world.settle();
    expect(world.ledger.view.subnet('ovn-default')?.definition).toMatchObject({
      gateways: [0x0a100001],
      coolingMs: 0,
    });
  });

  it("is on its VPC's router while its spec names one", async () => {
    const world = await started();
    const router = (): string | undefined => world.ledger.view.subnet('ovn-default')?.definition?.router;
    world.subnet('ovn-default', { cidrBlock: '10.16.0.0/16', vpc: 'ovn-cluster' });
    await world.settle();
    expect(router()).toBe('ovn-cluster');
    world.edit(SUBNETS, 'ovn-default', { spec: { vpc: 'blue' } });
    await world.settle();
    expect(router()).toBe('blue');
    world.edit(SUBNETS, 'ovn-default', { spec: { vpc: 'Not a router' } });
    await world.settle();
    expect(world.condition(SUBNETS, 'ovn-default')).toMatchObject({
      reason: 'InvalidArgument',
      message: expect.stringMatching(/^spec\.vpc: "Not a router" can be no VPC's name/),
    });
    world.edit(SUBNETS, 'ovn-default', { spec: { vpc: null } });
    await world.settle();
    expect(router()).toBeUndefined();
    const before = world.ledger.executed.length;
    await world.settle(600_000);
    expect(world.ledger.executed).toHaveLength(before);
  });

  it('says which exclusions have no effect, and is defined all the same', async () => {
    const world = await started();
    const excludeIps = ['10.99.0.1', '10.16.255.0..10.17.0.10', 'fd00::1', '10.16.0.7'];
    world.subnet('ovn-default', { cidrBlock: '10.16.0.0/16', excludeIps });
    await world.settle();
    expect(world.condition(SUBNETS, 'ovn-default')).toMatchObject({
      status: 'True',
      message:
        'It is defined as asked. Of excludeIps, what lies outside 10.16.0.0/16 has no effect: "10.99.0.1", "10.16.255.0..10.17.0.10", "fd00::1".',
    });
    expect(world.statusOf(SUBNETS, 'ovn-default')).toMatchObject({ v4availableIPs: 65_534 - 1 - 255 - 1 });
  });

  it('takes over what another transport defined under its name', async () => {
    const world = await started();
    const cidrs = [{ family: 4 as const, base: 0x0a100000, prefixLength: 16 }];
    await world.ledger.execute({ type: 'DefineSubnet', subnet: 'ovn-default', cidrs }, 'ann', 'http');
    world.subnet('ovn-default', { cidrBlock: '10.16.0.0/15' });
    await world.settle();
    expect(world.condition(SUBNETS, 'ovn-default')).toMatchObject({ status: 'True' });
    expect(world.ledger.view.subnet('ovn-default')?.definition?.cidrs[0]).toMatchObject({ prefixLength: 15 });
  });

  it('that would put somebody outside is refused, stays as it was, and follows once they are gone', async () => {
    const world = await started();
    world.subnet();
    world.vip('far', { subnet: 'ovn-default', v4ip: '10.16.9.9' });
    await world.settle();
    world.edit(SUBNETS, 'ovn-default', { spec: { cidrBlock: '10.16.0.0/24' } });
    await world.settle();
    expect(world.condition(SUBNETS, 'ovn-default')).toMatchObject({ status: 'False', reason: 'SubnetInUse' });
    expect(world.condition(SUBNETS, 'ovn-default')?.['message']).toMatch(
      /vip\/far holds 10\.16\.9\.9.* It stays as it was defined before\.$/,
    );
    expect(world.events()).toMatchObject([{ reason: 'SubnetInUse', type: 'Warning', count: 1 }]);
    world.delete(VIPS, 'far');
    await world.settle(2_000);
    expect(world.condition(SUBNETS, 'ovn-default')).toMatchObject({ status: 'True' });
    expect(world.statusOf(SUBNETS, 'ovn-default')).toMatchObject({ v4availableIPs: 253 });
  });

  it.each([
    ['spec.cidrBlock', { cidrBlock: '' }],
    ['spec.gateway', { cidrBlock: '10.16.0.0/16', gateway: '10.99.0.1' }],
    ['spec.excludeIps[1]', { cidrBlock: '10.16.0.0/16', excludeIps: ['10.16.0.1', '10.16.0.9..10.16.0.2'] }],
  ])('is refused by the name of its field %s', async (field, spec) => {
    const world = await started();
    world.subnet('bad', spec);
    world.vip('waits', { subnet: 'bad' });
    await world.settle();
    expect(world.condition(SUBNETS, 'bad')).toMatchObject({ status: 'False', reason: 'InvalidArgument' });
    expect(world.condition(SUBNETS, 'bad')?.['message']).toMatch(new RegExp(`^${RegExp.escape(field)}: `));
    expect(world.read(SUBNETS, 'bad')?.metadata.finalizers).toBeUndefined();
    expect(world.condition(VIPS, 'waits')).toMatchObject({ reason: 'SubnetNotFound' });
  });
});

describe('a Subnet that is deleted', () => {
  it('is retired at once when nobody holds an address', async () => {
    const world = await started();
    world.subnet();
    await world.settle();
    world.delete(SUBNETS, 'ovn-default');
    await world.settle();
    expect(world.read(SUBNETS, 'ovn-default')).toBeUndefined();
    expect(world.ledger.view.subnet('ovn-default')).toBeUndefined();
  });

  it('stays while somebody holds one, says who, and goes with the last of them', async () => {
    const world = await started();
    world.subnet();
    for (const name of ['a', 'b', 'c', 'd', 'e']) world.vip(name);
    await world.settle(2_000);
    world.delete(SUBNETS, 'ovn-default');
    await world.settle();
    const retired = (): string | undefined => world.condition(SUBNETS, 'ovn-default', 'Retired')?.['message'];
    expect(retired()).toMatch(
      /held by vip\/\w, vip\/\w, vip\/\w and 2 more; it goes when they are released\.$/,
    );
    expect(world.condition(SUBNETS, 'ovn-default')).toMatchObject({ status: 'True' });
    world.delete(VIPS, 'a');
    await world.settle(2_000);
    expect(retired()).toContain('and 1 more');
    for (const name of ['b', 'c', 'd', 'e']) world.delete(VIPS, name);
    await world.settle(2_000);
    expect(world.read(SUBNETS, 'ovn-default')).toBeUndefined();
    expect(world.ledger.view.subnet('ovn-default')).toBeUndefined();
    expect(world.events()).toMatchObject([
      {
        reason: 'SubnetInUse',
        message: 'Subnet ovn-default stays until nobody holds an address in it.',
        count: 1,
      },
    ]);
  });

  it('goes together with its Vips, in whatever order they are deleted', async () => {
    const world = await started();
    world.subnet();
    world.vip('web');
    await world.settle(2_000);
    world.delete(SUBNETS, 'ovn-default');
    world.delete(VIPS, 'web');
    await world.settle(5_000);
    expect(world.read(SUBNETS, 'ovn-default')).toBeUndefined();
    expect(world.read(VIPS, 'web')).toBeUndefined();
  });

  it("keeps others' finalizers, and says that it is no more", async () => {
    const world = await started();
    world.subnet(undefined, undefined, { finalizers: ['another.test/one'] });
    await world.settle();
    world.delete(SUBNETS, 'ovn-default');
    await world.settle(600_000);
    expect(world.read(SUBNETS, 'ovn-default')?.metadata.finalizers).toEqual(['another.test/one']);
    expect(world.condition(SUBNETS, 'ovn-default')).toMatchObject({ status: 'False', reason: 'Retired' });
    expect(world.statusOf(SUBNETS, 'ovn-default')).toMatchObject({ v4availableIPs: 0 });
    expect(world.ledger.executed.map(({ command }) => command.type)).toEqual([
      'DefineSubnet',
      'RetireSubnet',
    ]);
  });

  it('by force stays in the ledger until nobody holds an address in it', async () => {
    const world = await started();
    world.subnet();
    world.vip('web');
    await world.settle();
    world.vanish(SUBNETS, 'ovn-default');
    await world.settle(600_000);
    expect(world.ledger.view.subnet('ovn-default')).toBeDefined();
    world.delete(VIPS, 'web');
    await world.settle(5_000);
    expect(world.ledger.view.subnet('ovn-default')).toBeUndefined();
  });
});
