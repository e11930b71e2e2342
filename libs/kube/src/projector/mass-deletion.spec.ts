// The deletion guard: what a missing object is taken for, in the right cluster, in another one, and in an empty one.
import { SWITCH_LB_RULES, VIPS } from '@holdfast/kube-api';
import { backendsOf, parentsOf } from '../testing/uses-of-vip';
import { ProjectorWorld } from '../testing/projector-world';

const LISTED = { selector: [], endpoints: ['10.16.0.70'] };
const HOUR_MS = 3_600_000;

/** A cluster with three Vips, and the ledger that knows it. */
async function served(): Promise<
  ProjectorWorld & { readonly running: Awaited<ReturnType<ProjectorWorld['start']>> }
> {
  const world = new ProjectorWorld();
  const running = await world.start();
  world.subnet();
  for (const name of ['one', 'two', 'three']) world.vip(name);
  await world.settle(5_000);
  expect(names(world)).toEqual(['one', 'three', 'two']);
  return Object.assign(world, { running });
}

/** Another cluster, for the same ledger. */
async function elsewhere(
  before: ProjectorWorld,
  prepare: (world: ProjectorWorld) => void,
): Promise<ProjectorWorld> {
  const world = new ProjectorWorld(undefined, before.ledger);
  prepare(world);
  return world;
}

const names = ({ ledger }: ProjectorWorld): string[] =>
  [...ledger.view.vips()].map(({ name }) => name).sort();

const released = ({ ledger }: ProjectorWorld): number =>
  ledger.facts.filter(({ event }) => event.type === 'VipReleased' || event.type === 'RuleRetired').length;

describe('a Vip whose object vanished', () => {
  it('is released when that is seen, while others are there', async () => {
    const world = await served();
    world.vanish(VIPS, 'two');
    await world.settle(5_000);
    expect(names(world)).toEqual(['one', 'three']);
    expect(world.running.projector.status).not.toHaveProperty('trouble');
  });

  it('is released when it went while nobody looked, and others are there', async () => {
    const world = await served();
    await world.running.crash();
    world.vanish(VIPS, 'two');
    world.vanish(VIPS, 'one');
    const { projector } = await world.start();
    expect(names(world)).toEqual(['three']);
    expect(projector.status).not.toHaveProperty('trouble');
  });

  it('is released when it was the only one', async () => {
    const world = await served();
    for (const name of ['one', 'two']) world.delete(VIPS, name);
    await world.settle(5_000);
    world.vanish(VIPS, 'three');
    await world.settle(5_000);
    expect(names(world)).toEqual([]);
  });
});

describe('a cluster that is not the one the ledger knows', () => {
  it('releases nothing when it is empty, and says what is wrong and what to do', async () => {
    const right = await served();
    await right.running.crash();
    const world = await elsewhere(right, (it) => void it.subnet());
    const { projector, faults } = await world.start();
    await world.settle(HOUR_MS);
    expect(names(world)).toEqual(['one', 'three', 'two']);
    expect(projector.status.trouble?.code).toBe('kubernetes-objects-missing');
    expect(projector.status.trouble?.message).toMatch(
      /^3 objects of kind Vip are missing .* holdfast vip release NAME\.$/,
    );
    expect(faults.filter(({ code }) => code === 'kubernetes-objects-missing')).toHaveLength(1);
  });

  it('releases nothing when it has Vips of its own, and serves those', async () => {
    const right = await served();
    await right.running.crash();
    const world = await elsewhere(right, (it) => {
      it.subnet();
      // As another control plane left them.
      for (const name of ['mine', 'yours']) it.vip(name, undefined, { finalizers: ['holdfast.io/ledger'] });
      it.vip('new');
    });
    const { projector } = await world.start();
    await world.settle(HOUR_MS);
    expect(names(world)).toEqual(['mine', 'new', 'one', 'three', 'two', 'yours']);
    expect(projector.status.trouble?.message).toMatch(/^3 objects of kind Vip/);
  });

  it('stays suspect while it is being restored, object by object, and is as before when it is', async () => {
    const right = await served();
    await right.running.crash();
    const world = await elsewhere(right, (it) => void it.subnet());
    const { projector } = await world.start();
    for (const name of ['two', 'one', 'three']) {
      expect(names(world)).toHaveLength(3);
      world.vip(name, undefined, { finalizers: ['holdfast.io/ledger'] });
      await world.settle(HOUR_MS);
    }
    expect(released(world)).toBe(0);
    expect(projector.status).not.toHaveProperty('trouble');
    expect(world.statusOf(VIPS, 'one')).toMatchObject({ ready: true, v4ip: '10.16.0.2' });
  });

  it('is no trouble any more when its Vips were released by hand', async () => {
    const right = await served();
    await right.running.crash();
    const world = await elsewhere(right, (it) => void it.subnet());
    const { projector } = await world.start();
    for (const name of ['one', 'two', 'three'])
      await world.ledger.execute({ type: 'ReleaseVip', name, reason: 'gone for good' }, 'ann', 'holdfast');
    await world.settle(5_000);
    expect(names(world)).toEqual([]);
    expect(projector.status).not.toHaveProperty('trouble');
  });

  it('may come in the place of the right one while we look', async () => {
    const world = await served();
    world.sandbox.faults.silenceWatches();
    for (const name of ['one', 'two', 'three']) world.vanish(VIPS, name);
    world.vip('another', undefined, { finalizers: ['holdfast.io/ledger'] });
    // Until the next whole list.
    await world.settle(HOUR_MS);
    expect(names(world)).toEqual(['another', 'one', 'three', 'two']);
    expect(world.running.projector.status.trouble?.code).toBe('kubernetes-objects-missing');
  });

  it('retires no rules, and leaves their backends and the parents of Vips alone', async () => {
    const right = await served();
    right.vip('slr-01', { subnet: 'ovn-default', type: 'switch_lb_vip' });
    right.vip('aap', { subnet: 'ovn-default', namespace: 'default', selector: ['app: aap1'] });
    right.pod('answers', 'aap', { app: 'aap1' });
    right.rule('web', LISTED);
    right.rule('dns', { ...LISTED, ports: [{ port: 53 }] });
    await right.settle(5_000);
    await right.running.crash();
    const world = await elsewhere(right, (it) => void it.subnet());
    const { projector } = await world.start();
    await world.settle(HOUR_MS);
    expect(backendsOf(world.ledger, 'web')).toEqual(['10.16.0.70']);
    expect(parentsOf(world.ledger, 'aap')).toEqual(['answers.default']);
    expect(released(world)).toBe(0);
    expect(world.read(SWITCH_LB_RULES, 'web')).toBeUndefined();
    expect(projector.status.trouble?.code).toBe('kubernetes-objects-missing');
  });
});
