// A Vip from its creation to its end, in virtual time.
import { FINALIZER, VIPS } from '@holdfast/kube-api';
import { ProjectorWorld } from '../testing/projector-world';

async function started(): Promise<
  ProjectorWorld & { readonly running: Awaited<ReturnType<ProjectorWorld['start']>> }
> {
  const world = new ProjectorWorld();
  world.subnet();
  const running = await world.start();
  return Object.assign(world, { running });
}

describe('a Vip', () => {
  it('is reserved under its finalizer and says so in its status, in two writes', async () => {
    const world = await started();
    world.takeWrites();
    let finalizers: readonly string[] | undefined;
    const execute = world.ledger.execute.bind(world.ledger);
    world.ledger.execute = (command, actor) => {
      finalizers = world.read(VIPS, 'web')?.metadata.finalizers;
      return execute(command, actor);
    };
    const spec = { subnet: 'ovn-default', namespace: 'default', selector: ['app: aap1'] };
    const { metadata } = world.vip('web', spec);
    await world.settle();
    expect(finalizers).toEqual([FINALIZER]);
    const writes = world.takeWrites().filter((write) => write.includes('vips'));
    expect(writes).toEqual(['PATCH vips/web', 'PATCH vips/web/status']);
    const reserved = {
      status: 'True',
      reason: 'Reserved',
      message: '10.16.0.2 is reserved in subnet ovn-default.',
      lastTransitionTime: '2026-01-01T00:00:00Z',
    };
    expect(world.statusOf(VIPS, 'web')).toEqual({
      ready: true,
      v4ip: '10.16.0.2',
      v6ip: '',
      mac: expect.stringMatching(/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/),
      pv4ip: '',
      pv6ip: '',
      pmac: '',
      type: '',
      selector: ['app: aap1'],
      observedGeneration: 1,
      observedPosition: '2',
      conditions: [
        { type: 'Ready', ...reserved },
        { type: 'Reserved', ...reserved },
        {
          ...{ type: 'InUse', status: 'False', reason: 'Unused' },
          message: "It has neither parents nor rules, and is no Pod's address.",
          lastTransitionTime: '2026-01-01T00:00:00Z',
        },
      ],
    });
    const pinned = Number(metadata.resourceVersion) + 1;
    expect(world.ledger.executed[1]?.actor).toBe(
      `kubernetes:vips.kubeovn.io/web (uid ${metadata.uid}, resourceVersion ${pinned})`,
    );
    const { projector } = world.running;
    const objects = { vips: 1, subnets: 1, pods: 0, rules: 0, pools: 0 };
    const settled = { synced: true, compared: true, due: 0, failed: 0, ...objects, refused: 0, troubles: [] };
    // The Subnet's counts follow a little later.
    const unprojected = { keys: 1, sinceMs: Date.UTC(2026, 0, 1), after: undefined };
    expect(projector.status).toEqual({ ...settled, unprojected });
    await world.clock.advance(10_000);
    expect(projector.status).toEqual(settled);
  });

  it('gets what it names: addresses of both families, in any case, and a MAC', async () => {
    const world = await started();
    world.subnet('dual', { cidrBlock: '10.17.0.0/16,fd00:10:17::/112' });
    const spec = {
      subnet: 'dual',
      v4ip: '10.17.0.9',
      v6ip: 'FD00:10:17::A',
      macAddress: '02-00-00-00-00-0A',
    };
    world.vip('web', spec);
    await world.settle();
    expect(world.statusOf(VIPS, 'web')).toMatchObject({
      ready: true,
      v4ip: '10.17.0.9',
      v6ip: 'fd00:10:17::a',
      mac: '02:00:00:00:00:0a',
    });
    expect(world.read(VIPS, 'web')?.spec).toEqual(spec);
  });

  it('moves to another address when its spec says so, and keeps what the spec leaves out', async () => {
    const world = await started();
    world.vip('web', { subnet: 'ovn-default', v4ip: '10.16.0.121' });
    await world.settle(5_000);
    const { mac } = world.statusOf(VIPS, 'web');
    world.edit(VIPS, 'web', { spec: { v4ip: '10.16.0.122' } });
    await world.settle();
    expect(world.statusOf(VIPS, 'web')).toMatchObject({
      v4ip: '10.16.0.122',
      mac,
      observedGeneration: 2,
      observedPosition: '3',
    });
    expect(world.condition(VIPS, 'web')).toMatchObject({
      status: 'True',
      message: '10.16.0.122 is reserved in subnet ovn-default.',
      lastTransitionTime: '2026-01-01T00:00:00Z',
    });
    world.edit(VIPS, 'web', { spec: { v4ip: null } });
    await world.settle();
    expect(world.statusOf(VIPS, 'web')).toMatchObject({ v4ip: '10.16.0.122', observedGeneration: 3 });
    expect(world.ledger.executed).toHaveLength(3);
  });

  it('changes its purpose when its spec says so, and leaves the note of others alone', async () => {
    const world = await started();
    world.vip('web');
    await world.settle();
    const revise = {
      type: 'ReviseVip',
      name: 'web',
      vipType: '',
      selector: [],
      note: 'of the shop',
    } as const;
    await world.ledger.execute(revise, 'ann', 'http');
    world.edit(VIPS, 'web', {
      spec: { namespace: 'default', selector: ['app in (a, b)'], type: 'switch_lb_vip' },
    });
    await world.settle();
    expect(world.statusOf(VIPS, 'web')).toMatchObject({ selector: ['app in (a, b)'], type: 'switch_lb_vip' });
    const purpose = { vipType: 'switch_lb_vip', namespace: 'default', note: 'of the shop' };
    expect(world.ledger.view.vip('web')?.reservation.vip).toMatchObject(purpose);
  });

  it('is put right when another transport changed it', async () => {
    const world = await started();
    world.vip('web', { subnet: 'ovn-default', v4ip: '10.16.0.121' });
    await world.settle();
    const move = { type: 'ReviseVip', name: 'web', vipType: '', selector: [], v4: 0x0a100005 } as const;
    await world.ledger.execute(move, 'ann', 'http');
    await world.settle();
    expect(world.statusOf(VIPS, 'web')).toMatchObject({ v4ip: '10.16.0.121' });
    await world.ledger.execute({ type: 'ReleaseVip', name: 'web', reason: 'by mistake' }, 'ann', 'http');
    await world.settle();
    expect(world.statusOf(VIPS, 'web')).toMatchObject({ ready: true, v4ip: '10.16.0.121' });
  });

  it('cannot change its subnet, and keeps its address meanwhile', async () => {
    const world = await started();
    world.subnet('other', { cidrBlock: '10.18.0.0/16' });
    world.vip('web');
    await world.settle();
    world.edit(VIPS, 'web', { spec: { subnet: 'other' } });
    await world.settle();
    expect(world.statusOf(VIPS, 'web')).toMatchObject({ ready: false, v4ip: '10.16.0.2' });
    expect(world.condition(VIPS, 'web')).toMatchObject({
      status: 'False',
      reason: 'InvalidArgument',
      message:
        'spec.subnet: a Vip cannot move from subnet ovn-default to other; set it back, or delete the Vip and create it anew. It keeps 10.16.0.2.',
    });
    world.edit(VIPS, 'web', { spec: { subnet: 'ovn-default' } });
    await world.settle();
    expect(world.statusOf(VIPS, 'web')).toMatchObject({ ready: true, v4ip: '10.16.0.2' });
  });

  it('says what of its spec is not read', async () => {
    const world = await started();
    world.vip('web', { subnet: 'ovn-default', attachSubnets: ['other'] });
    await world.settle();
    expect(world.statusOf(VIPS, 'web')).toMatchObject({ ready: true });
    expect(world.condition(VIPS, 'web')?.['message']).toContain('spec.attachSubnets has no effect');
    expect(world.events()).toEqual([]);
  });

  it('shows what another projector knows of its rows, as soon as that changes', async () => {
    const world = new ProjectorWorld();
    world.subnet();
    const projection = {
      status: 'False' as 'False' | 'True',
      reason: 'NameTaken',
      message: 'a foreign port has its name',
    };
    const { projector } = await world.start({
      projectionOf: (vip) => (vip === 'web' ? projection : undefined),
    });
    world.vip('web');
    world.vip('plain');
    await world.settle();
    expect(world.condition(VIPS, 'web', 'Projected')).toMatchObject(projection);
    expect(world.condition(VIPS, 'plain', 'Projected')).toBeUndefined();
    await world.settle(5_000);
    Object.assign(projection, { status: 'True', reason: 'Projected', message: '' });
    projector.projectionChanged('web');
    await world.settle();
    const changed = { ...projection, lastTransitionTime: '2026-01-01T00:00:05Z' };
    expect(world.condition(VIPS, 'web', 'Projected')).toMatchObject(changed);
    expect(world.condition(VIPS, 'web')?.['lastTransitionTime']).toBe('2026-01-01T00:00:00Z');
  });
});

describe('a Vip that is deleted', () => {
  it('is released, with the reason, before its finalizer goes', async () => {
    const world = await started();
    const { metadata } = world.vip('web');
    await world.settle();
    world.delete(VIPS, 'web');
    expect(world.read(VIPS, 'web')?.metadata.deletionTimestamp).toBeDefined();
    await world.settle();
    expect(world.read(VIPS, 'web')).toBeUndefined();
    expect(world.ledger.view.vip('web')).toBeUndefined();
    expect(world.ledger.facts.at(-1)?.event).toMatchObject({
      type: 'VipReleased',
      reason: `vips.kubeovn.io/web (uid ${metadata.uid}) was deleted`,
    });
    expect(world.running.projector.status).toMatchObject({ due: 0, vips: 0 });
  });

  it("keeps others' finalizers, and is not reserved again while they hold it", async () => {
    const world = await started();
    world.vip('web', { subnet: 'ovn-default' }, { finalizers: ['another.test/one'] });
    await world.settle();
    expect(world.read(VIPS, 'web')?.metadata.finalizers).toEqual(['another.test/one', FINALIZER]);
    world.delete(VIPS, 'web');
    await world.settle(600_000);
    expect(world.read(VIPS, 'web')?.metadata.finalizers).toEqual(['another.test/one']);
    expect(world.statusOf(VIPS, 'web')).toMatchObject({ ready: false, v4ip: '', mac: '' });
    expect(world.condition(VIPS, 'web')).toMatchObject({ status: 'False', reason: 'Released' });
    expect(world.ledger.view.vip('web')).toBeUndefined();
    expect(world.ledger.executed.map(({ command }) => command.type)).toEqual([
      'DefineSubnet',
      'ReserveVip',
      'ReleaseVip',
    ]);
  });

  it('and created anew under its name gets a reservation of its own', async () => {
    const world = await started();
    world.vip('web');
    await world.settle();
    world.delete(VIPS, 'web');
    await world.settle();
    world.vip('web');
    await world.settle();
    expect(world.statusOf(VIPS, 'web')).toMatchObject({ ready: true, v4ip: '10.16.0.3' });
  });

  it('is released in the end, too, when the clock was set back to before it was reserved', async () => {
    const world = await started();
    world.vip('web');
    await world.settle();
    world.clock.step(-60_000);
    world.delete(VIPS, 'web');
    await world.settle(180_000);
    expect(world.read(VIPS, 'web')).toBeUndefined();
    expect(world.ledger.view.vip('web')).toBeUndefined();
  });
});
