// What a Vip's conditions say of its users and of who answers for it, in virtual time.
import { vipHolder } from '@holdfast/ipam';
import { VIPS } from '@holdfast/kube-api';
import { ProjectorWorld } from '../testing/projector-world';
import type { Bound } from '../object/vip-elsewhere';

const AAP = { subnet: 'ovn-default', namespace: 'default' };

describe('the condition InUse', () => {
  const said = (world: ProjectorWorld): unknown => world.condition(VIPS, 'web', 'InUse');

  it('names up to three users, and how many more there are', async () => {
    const world = new ProjectorWorld();
    world.subnet();
    world.vip('web', AAP);
    await world.start();
    expect(said(world)).toMatchObject({ status: 'False', reason: 'Unused' });
    const what = { subnet: 'ovn-default', vip: 'web', grantor: 'explicit' } as const;
    const grant = { type: 'GrantParent', ...what } as const;
    for (const port of ['d', 'b', 'a', 'c']) await world.ledger.execute({ ...grant, port }, 'ann', 'http');
    await world.settle(1_000);
    const message = 'It may be answered for by ports a, b, c and 1 more.';
    expect(said(world)).toMatchObject({ status: 'True', reason: 'Parents', message });
    const since = world.condition(VIPS, 'web', 'InUse')?.['lastTransitionTime'];
    const withdraw = { type: 'WithdrawParent', ...what, reason: 'gone' } as const;
    for (const port of ['b', 'c', 'd']) await world.ledger.execute({ ...withdraw, port }, 'ann', 'http');
    await world.settle(5_000);
    const left = { message: 'It may be answered for by port a.', lastTransitionTime: since };
    expect(said(world)).toMatchObject(left);
  });

  it('names the Pod whose address it is, and follows when that goes', async () => {
    const world = new ProjectorWorld();
    world.subnet();
    world.vip('web');
    await world.start();
    const what = { subnet: 'ovn-default', holder: vipHolder('web') };
    const user = { object: 'pod/default/static-ip', uid: 'u' };
    await world.ledger.execute({ type: 'AttachUser', ...what, user }, 'pods');
    await world.settle(1_000);
    const message = 'It is the address of pod/default/static-ip.';
    expect(said(world)).toMatchObject({ status: 'True', reason: 'Pods', message });
    world.delete(VIPS, 'web');
    await world.settle();
    expect(world.condition(VIPS, 'web', 'Released')).toMatchObject({ reason: 'VipInUse' });
    await world.ledger.execute(
      { type: 'DetachUser', ...what, uid: 'u', owner: 'none', reason: 'Pod deleted' },
      'pods',
    );
    await world.settle();
    expect(world.read(VIPS, 'web')).toBeUndefined();
  });
});

describe('the condition Bound', () => {
  it('is there only where somebody knows who answers', async () => {
    const world = new ProjectorWorld();
    world.subnet();
    world.vip('web', AAP);
    await world.start();
    expect(world.condition(VIPS, 'web', 'Bound')).toBeUndefined();
  });

  it('says which port on which chassis, with its addresses where they are known, as soon as that changes', async () => {
    const world = new ProjectorWorld();
    world.subnet();
    world.vip('web', AAP);
    world.vip('slr', { subnet: 'ovn-default', type: 'switch_lb_vip' });
    let bound: Bound | undefined;
    const { projector } = await world.start({ boundOf: (vip) => (vip === 'web' ? bound : undefined) });
    const said = (vip = 'web'): unknown => world.condition(VIPS, vip, 'Bound');
    const parent = (): unknown => {
      const { pv4ip, pv6ip, pmac } = world.statusOf(VIPS, 'web');
      return [pv4ip, pv6ip, pmac];
    };
    expect(said()).toMatchObject({ status: 'False', reason: 'Unbound' });
    expect(said('slr')).toBeUndefined();
    bound = { port: 'a.default', chassis: 'node-1', v4ip: '10.16.0.7', mac: '02:00:0a:10:00:07' };
    projector.projectionChanged('web');
    await world.settle();
    const message = 'Port a.default on chassis node-1 answers for it.';
    expect(said()).toMatchObject({ status: 'True', reason: 'Bound', message });
    expect(parent()).toEqual(['10.16.0.7', '', '02:00:0a:10:00:07']);
    bound = undefined;
    projector.projectionChanged('web');
    await world.settle();
    expect(said()).toMatchObject({ status: 'False', reason: 'Unbound' });
    expect(parent()).toEqual(['', '', '']);
  });
});
