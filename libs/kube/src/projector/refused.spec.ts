// What the ledger refuses: said once, on the object and as one Event; asked again when something may have helped, and
// otherwise hardly ever.
import { SUBNETS, VIPS } from '@holdfast/kube-api';
import { ProjectorWorld } from '../testing/projector-world';
import { COOLING_ANNOTATION } from '../subnet/subnet-spec';

const HOUR_MS = 3_600_000;

async function started(
  spec: object = { cidrBlock: '10.16.0.0/16' },
  metadata: object = {},
): Promise<ProjectorWorld> {
  const world = new ProjectorWorld();
  world.subnet('ovn-default', spec, metadata);
  await world.start();
  return world;
}

const ready = (world: ProjectorWorld, name: string): unknown => world.statusOf(VIPS, name)['ready'];
const commandsExecuted = (world: ProjectorWorld): number => world.ledger.executed.length;

describe('a Vip that is refused', () => {
  it('says so in a condition and one Event, and is not retried in a hot loop', async () => {
    const world = await started();
    world.vip('slr-01', { subnet: 'ovn-default', v4ip: '10.0.0.100', type: 'switch_lb_vip' });
    await world.settle();
    expect(world.statusOf(VIPS, 'slr-01')).toMatchObject({ ready: false, v4ip: '', mac: '' });
    const message = '10.0.0.100 is outside 10.16.0.0/16 of subnet ovn-default; name an address inside it.';
    for (const type of ['Ready', 'Reserved']) {
      const refusal = { status: 'False', reason: 'AddressOutOfRange', message };
      expect(world.condition(VIPS, 'slr-01', type)).toMatchObject(refusal);
    }
    const warnings = {
      type: 'Warning',
      reason: 'AddressOutOfRange',
      message,
      count: 1,
      involvedObject: { kind: 'Vip', name: 'slr-01' },
    };
    expect(world.events()).toMatchObject([warnings]);

    world.takeWrites();
    const before = commandsExecuted(world);
    await world.settle(60_000);
    expect(commandsExecuted(world)).toBe(before);
    await world.settle(24 * HOUR_MS);
    expect(commandsExecuted(world) - before).toBeLessThanOrEqual(24 * 6);
    expect(world.takeWrites()).toEqual([]);
    expect(world.events()).toMatchObject([warnings]);
  });

  it('says it once more when it is refused for another reason, and is silent about it after a restart', async () => {
    const world = new ProjectorWorld();
    world.subnet();
    const first = await world.start();
    world.vip('slr-01', { subnet: 'ovn-default', v4ip: '10.0.0.100' });
    await world.settle();
    world.edit(VIPS, 'slr-01', { spec: { v4ip: '10.16.0.1' } });
    await world.settle(2_000);
    const warnings = (): string[] => world.events().map(({ reason, count }) => `${count} ${reason}`);
    expect(warnings().sort()).toEqual(['1 AddressNotUsable', '1 AddressOutOfRange']);
    await first.stop();
    world.ledger.restart();
    world.takeWrites();
    await world.start();
    expect(world.ledger.executed.at(-1)?.rejected?.code).toBe('AddressNotUsable');
    expect(world.takeWrites()).toEqual([]);
    expect(warnings()).toHaveLength(2);
  });

  it('gets its address when the one who held it is gone, at once', async () => {
    const world = await started();
    const spec = { subnet: 'ovn-default', v4ip: '10.16.0.121' };
    world.vip('first', spec);
    await world.settle();
    world.vip('second', spec);
    await world.settle();
    expect(world.condition(VIPS, 'second')).toMatchObject({
      reason: 'AddressTaken',
      message: expect.stringContaining('held by vip/first'),
    });
    expect(world.read(VIPS, 'second')?.metadata.finalizers).toHaveLength(1);
    const before = commandsExecuted(world);
    world.vip('other');
    await world.settle();
    world.delete(VIPS, 'other');
    await world.settle();
    // What cannot help does not wake it.
    expect(commandsExecuted(world)).toBe(before + 2);
    world.delete(VIPS, 'first');
    await world.settle();
    expect(world.statusOf(VIPS, 'second')).toMatchObject({ ready: true, v4ip: '10.16.0.121' });
  });

  it('gets one when its Subnet appears, and is defined', async () => {
    const world = new ProjectorWorld();
    await world.start();
    world.vip('early');
    await world.settle();
    expect(world.condition(VIPS, 'early')).toMatchObject({ reason: 'SubnetNotFound' });
    world.subnet('ovn-default', { cidrBlock: 'none' });
    await world.settle();
    world.edit(SUBNETS, 'ovn-default', { spec: { cidrBlock: '10.16.0.0/16' } });
    await world.settle();
    expect(world.statusOf(VIPS, 'early')).toMatchObject({ ready: true, v4ip: '10.16.0.2' });
  });

  it('and has a Subnet that is still to be reconciled waits for it in silence', async () => {
    const world = new ProjectorWorld();
    world.vip('web');
    world.subnet();
    await world.start();
    expect(ready(world, 'web')).toBe(true);
    expect(world.events()).toEqual([]);
    expect(world.ledger.executed.map(({ command }) => command.type)).toEqual(['DefineSubnet', 'ReserveVip']);
  });

  it('and has a Subnet that is refused is told so without delay', async () => {
    const world = new ProjectorWorld();
    world.vip('web');
    world.subnet(undefined, undefined, { annotations: { [COOLING_ANNOTATION]: '999999999' } });
    await world.start();
    expect(world.condition(SUBNETS, 'ovn-default')).toMatchObject({ reason: 'InvalidArgument' });
    expect(world.condition(VIPS, 'web')).toMatchObject({ reason: 'SubnetNotFound' });
  });

  it('gets one when the full subnet has one again, those first who waited longest', async () => {
    const world = await started({ cidrBlock: '10.16.0.0/29' });
    const names = Array.from({ length: 8 }, (_, index) => `v${index}`);
    for (const name of names) {
      world.vip(name);
      await world.settle();
    }
    expect(names.map((name) => ready(world, name))).toEqual([
      true,
      true,
      true,
      true,
      true,
      false,
      false,
      false,
    ]);
    expect(world.condition(VIPS, 'v5')).toMatchObject({ reason: 'SubnetExhausted' });
    world.delete(VIPS, 'v0');
    await world.settle();
    expect(names.slice(5).map((name) => ready(world, name))).toEqual([true, false, false]);
    world.edit(SUBNETS, 'ovn-default', { spec: { cidrBlock: '10.16.0.0/28' } });
    await world.settle();
    expect(names.slice(5).map((name) => ready(world, name))).toEqual([true, true, true]);
  });

  it('gets its address when that has cooled, not before and hardly later', async () => {
    const world = await started(undefined, { annotations: { [COOLING_ANNOTATION]: '30' } });
    const spec = { subnet: 'ovn-default', v4ip: '10.16.0.121' };
    world.vip('first', spec);
    await world.settle();
    world.delete(VIPS, 'first');
    await world.settle();
    world.vip('second', spec);
    await world.settle(29_900);
    expect(world.condition(VIPS, 'second')).toMatchObject({ reason: 'AddressCooling' });
    await world.settle(200);
    expect(ready(world, 'second')).toBe(true);
  });

  it.each([
    ['spec.subnet', { type: '' }],
    ['spec.v4ip', { subnet: 'ovn-default', v4ip: '10.16.0.256' }],
    ['spec.selector[1]', { subnet: 'ovn-default', namespace: 'default', selector: ['app: a', 'a:b:c'] }],
  ])('is refused by the name of its field %s, without a finalizer or a command', async (field, spec) => {
    const world = await started();
    const before = commandsExecuted(world);
    world.vip('bad', spec);
    await world.settle();
    expect(world.condition(VIPS, 'bad')).toMatchObject({ status: 'False', reason: 'InvalidArgument' });
    expect(world.condition(VIPS, 'bad')?.['message']).toMatch(new RegExp(`^${RegExp.escape(field)}: `));
    expect(world.read(VIPS, 'bad')?.metadata.finalizers).toBeUndefined();
    expect(commandsExecuted(world)).toBe(before);
    world.edit(VIPS, 'bad', { spec: { subnet: 'ovn-default', v4ip: null, selector: null } });
    await world.settle();
    expect(ready(world, 'bad')).toBe(true);
  });

  it('keeps what it has when an edit is refused', async () => {
    const world = await started();
    world.vip('web', { subnet: 'ovn-default', namespace: 'default', selector: ['app: a'] });
    await world.settle();
    world.edit(VIPS, 'web', { spec: { selector: ['nonsense='.repeat(3)] } });
    await world.settle();
    expect(world.statusOf(VIPS, 'web')).toMatchObject({
      ready: false,
      v4ip: '10.16.0.2',
      selector: ['app: a'],
    });
    expect(world.condition(VIPS, 'web')?.['message']).toMatch(
      /^spec\.selector\[0\]: .* It keeps 10\.16\.0\.2\.$/,
    );
    world.delete(VIPS, 'web');
    await world.settle();
    expect(world.read(VIPS, 'web')).toBeUndefined();
  });

  it('is told of by one Event also when its status takes several attempts', async () => {
    const world = await started();
    const isStatus = ({ path }: { readonly path: string }): boolean => path.endsWith('slr-01/status');
    world.sandbox.faults.fail({ times: 3, status: 409, when: isStatus });
    world.vip('slr-01', { subnet: 'ovn-default', v4ip: '10.0.0.100' });
    await world.settle(60_000);
    expect(world.condition(VIPS, 'slr-01')).toMatchObject({ reason: 'AddressOutOfRange' });
    expect(world.events()).toMatchObject([{ count: 1 }]);
  });

  it('is told of on the object even where Events are forbidden, and the Event is made good later', async () => {
    const world = await started();
    world.sandbox.faults.fail({ times: 2, status: 403, when: ({ path }) => path.endsWith('/events') });
    world.vip('slr-01', { subnet: 'ovn-default', v4ip: '10.0.0.100' });
    await world.settle();
    expect(world.condition(VIPS, 'slr-01')).toMatchObject({ reason: 'AddressOutOfRange' });
    expect(world.events()).toEqual([]);
    await world.settle(HOUR_MS);
    expect(world.events()).toMatchObject([{ count: 1 }]);
  });
});

describe('a Vip whose name another transport has reserved', () => {
  const reserve = {
    type: 'ReserveVip',
    subnet: 'ovn-default',
    name: 'web',
    vipType: '',
    selector: [],
  } as const;

  it('is refused without a finalizer, and never released; until that one is gone', async () => {
    const world = await started();
    await world.ledger.execute(reserve, 'ann', 'http');
    world.vip('web');
    await world.settle();
    expect(world.statusOf(VIPS, 'web')).toMatchObject({ ready: false, v4ip: '' });
    expect(world.condition(VIPS, 'web')).toMatchObject({
      reason: 'VipExists',
      message: expect.stringContaining('through http'),
    });
    expect(world.read(VIPS, 'web')?.metadata.finalizers).toBeUndefined();
    world.delete(VIPS, 'web');
    await world.settle(HOUR_MS);
    expect(world.ledger.view.vip('web')).toBeDefined();
    world.vip('web');
    await world.settle();
    await world.ledger.execute({ type: 'ReleaseVip', name: 'web', reason: 'done' }, 'ann', 'http');
    await world.settle();
    expect(world.statusOf(VIPS, 'web')).toMatchObject({ ready: true, v4ip: '10.16.0.3' });
  });

  it('is refused also when both asked in the same moment for the same', async () => {
    const world = await started();
    world.ledger.fallBehind();
    await world.ledger.execute(reserve, 'ann', 'http');
    world.vip('web');
    await world.settle();
    world.ledger.catchUp();
    await world.settle();
    expect(world.condition(VIPS, 'web')).toMatchObject({ reason: 'VipExists' });
    world.delete(VIPS, 'web');
    await world.settle();
    expect(world.read(VIPS, 'web')).toBeUndefined();
    expect(world.ledger.view.vip('web')).toBeDefined();
  });
});
