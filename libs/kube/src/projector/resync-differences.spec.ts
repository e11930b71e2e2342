// What a projector that starts says of what happened while none was there: each difference once, with how it may have come about.
import { IP_POOLS, PODS, SUBNETS, SWITCH_LB_RULES, VIPS } from '@holdfast/kube-api';
import { ProjectorWorld, type StartedProjector } from '../testing/projector-world';
import type { ObjectDifference } from '../object/resync-differences';

const LISTED = { selector: [], endpoints: ['10.16.0.70'] };
const HOUR_MS = 3_600_000;

/** A cluster that was served, and whose projector is gone. */
async function left(): Promise<ProjectorWorld> {
  const world = new ProjectorWorld();
  const { crash } = await world.start();
  for (const name of ['ovn-default', 'spare']) world.subnet(name, { cidrBlock: '10.16.0.0/16' });
  for (const name of ['one', 'two', 'three']) world.vip(name);
  world.vip('slr-01', { subnet: 'ovn-default', type: 'switch_lb_vip' });
  world.vip('aap', { subnet: 'ovn-default', namespace: 'default', selector: ['app: aap1'] });
  world.pod('answers', 'aap', { app: 'aap1' });
  world.rule('web', LISTED);
  world.pool('gold', ['10.16.0.201']);
  await world.settle(5_000);
  await crash();
  return world;
}

async function again(
  world: ProjectorWorld,
): Promise<StartedProjector & { readonly found: ObjectDifference[] }> {
  const found: ObjectDifference[] = [];
  const running = await world.start({ onDifference: (difference) => void found.push(difference) });
  await world.settle(5_000);
  return { ...running, found };
}

const difference = (object: string, what: RegExp, why: RegExp): object => ({
  object,
  what: expect.stringMatching(what) as string,
  why: expect.stringMatching(why) as string,
});

describe('a projector that starts', () => {
  it('finds nothing different when nothing happened, and nothing that it is told in time', async () => {
    const world = await left();
    const { found } = await again(world);
    expect(found).toEqual([]);
    world.vip('new');
    world.edit(VIPS, 'one', { spec: { v4ip: '10.16.0.99' } });
    world.delete(VIPS, 'two');
    world.vanish(VIPS, 'three');
    world.delete(PODS, 'default/answers');
    world.editStatus(VIPS, 'slr-01', { v4ip: '1.2.3.4' });
    await world.settle(HOUR_MS);
    expect(found).toEqual([]);
  });

  it.each<[string, (world: ProjectorWorld) => unknown, object]>([
    [
      'came',
      (world) => world.vip('new'),
      difference(
        'vips.kubeovn.io/new',
        /the ledger has nothing/,
        /^it came while nobody looked; a command was sent$/,
      ),
    ],
    [
      'was changed',
      (world) => world.edit(VIPS, 'one', { spec: { v4ip: '10.16.0.99' } }),
      difference('vips.kubeovn.io/one', /something else than the ledger has/, /^its spec changed/),
    ],
    [
      'was deleted',
      (world) => world.delete(VIPS, 'one'),
      difference('vips.kubeovn.io/one', /asks for that no more/, /^it was deleted while nobody looked/),
    ],
    [
      'vanished',
      (world) => world.vanish(VIPS, 'one'),
      difference('vips.kubeovn.io/one', /asks for that no more/, /^it vanished while nobody looked/),
    ],
    [
      'was told something by others',
      (world) => world.editStatus(VIPS, 'one', { v4ip: '1.2.3.4' }),
      difference('vips.kubeovn.io/one', /its status does not say/, /^somebody else wrote it/),
    ],
    [
      'was released through another transport',
      (world) => world.ledger.execute({ type: 'ReleaseVip', name: 'one', reason: 'by hand' }, 'ann', 'grpc'),
      difference(
        'vips.kubeovn.io/one',
        /the ledger has nothing/,
        /^it had that once: another transport let go of it/,
      ),
    ],
    [
      'was changed, a Subnet',
      (world) => world.edit(SUBNETS, 'spare', { spec: { excludeIps: ['10.16.0.9'] } }),
      difference('subnets.kubeovn.io/spare', /something else than the ledger has/, /^its spec changed/),
    ],
    [
      'was revised through another transport, a Subnet',
      (world) => world.ledger.execute({ type: 'ReviseSubnet', subnet: 'spare', coolingMs: 1 }, 'ann', 'grpc'),
      difference('subnets.kubeovn.io/spare', /something else/, /^another transport changed the ledger/),
    ],
    [
      'vanished, a pool',
      (world) => world.vanish(IP_POOLS, 'gold'),
      // It was the only one; Subnets show that it is the right cluster.
      difference('ippools.kubeovn.io/gold', /asks for that no more/, /^it vanished while nobody looked/),
    ],
    [
      'was deleted, a rule',
      (world) => world.delete(SWITCH_LB_RULES, 'web'),
      difference('switch-lb-rules.kubeovn.io/web', /asks for that no more/, /^it was deleted/),
    ],
    [
      'lost its parent',
      (world) => world.delete(PODS, 'default/answers'),
      difference('vips.kubeovn.io/aap', /a parent answers\.default/, /^Pod deleted, while nobody looked/),
    ],
    [
      'got a parent',
      (world) => world.pod('joins', 'aap', { app: 'aap1' }),
      difference('vips.kubeovn.io/aap', /no parent joins\.default/, /^the Pod came or changed/),
    ],
  ])('says of an object that it %s meanwhile, once', async (_, happens, expected) => {
    const world = await left();
    await happens(world);
    const { found } = await again(world);
    expect(found).toContainEqual(expected);
    const about = found.filter(({ object }) => object === (expected as ObjectDifference).object);
    expect(about).toHaveLength(1);
    await world.settle(HOUR_MS);
    expect(found.filter(({ object }) => object === about[0]?.object)).toHaveLength(1);
  });

  it('says how far the ledger has gone on while nobody told an object', async () => {
    const world = await left();
    const before = world.ledger.view.subnetPosition('ovn-default');
    const { byHolder } = world.ledger.view.subnet('ovn-default')!;
    const [holder] = byHolder.keys();
    await world.ledger.execute(
      { type: 'SetRetention', subnet: 'ovn-default', holder: holder!, retention: { keep: 'forever' } },
      ...(['ann', 'grpc'] as const),
    );
    const { found } = await again(world);
    const after = world.ledger.view.subnetPosition('ovn-default');
    expect(after).not.toBe(before);
    expect(found).toContainEqual(
      difference(
        'subnets.kubeovn.io/ovn-default',
        /its status/,
        new RegExp(`^the ledger went on from ${before} to ${after}`),
      ),
    );
  });

  it('says it again when its reconcile failed before it was done, and has nothing to say when it is', async () => {
    const world = await left();
    world.edit(VIPS, 'one', { spec: { v4ip: '10.16.0.99' } });
    world.ledger.failNext('before');
    const { found } = await again(world);
    expect(found.map(({ object }) => object)).toContain('vips.kubeovn.io/one');
    expect(world.statusOf(VIPS, 'one')).toMatchObject({ v4ip: '10.16.0.99' });
  });
});
