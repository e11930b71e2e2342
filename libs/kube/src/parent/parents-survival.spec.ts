// Parents after restarts, missed events, half a list, a ledger that fails: always what is there, and never more.
import { AAPS_ANNOTATION, PODS, VIPS } from '@holdfast/kube-api';
import { ProjectorWorld } from '../testing/projector-world';
import { parentCommands, parentsOf } from '../testing/uses-of-vip';

const AAP = { subnet: 'ovn-default', namespace: 'default', selector: ['app: aap1'] };
const LABELS = { app: 'aap1' };
const HOUR_MS = 3_600_000;

type World = ProjectorWorld & { readonly running: Awaited<ReturnType<ProjectorWorld['start']>> };

async function started(pods: readonly string[] = ['a', 'b', 'c', 'd']): Promise<World> {
  const world = new ProjectorWorld();
  world.subnet();
  const running = await world.start();
  world.vip('vip-aap', AAP);
  for (const name of pods) world.pod(name, 'vip-aap', LABELS);
  await world.settle();
  return Object.assign(world, { running });
}

/** One loses its labels, one its annotation, one is deleted, one comes. */
function change(world: ProjectorWorld): void {
  world.edit(PODS, 'default/a', { metadata: { labels: { app: null } } });
  world.edit(PODS, 'default/b', { metadata: { annotations: { [AAPS_ANNOTATION]: null } } });
  world.delete(PODS, 'default/c');
  world.pod('e', 'vip-aap', LABELS);
}

const CHANGED = [
  '- a.default: labels no longer match selector',
  '- b.default: annotation removed',
  '- c.default: Pod deleted',
  '+ e.default',
];

const isOfPods = ({ path, method }: { readonly path: string; readonly method: string }): boolean =>
  method === 'GET' && path === '/api/v1/pods';

describe('the parents of a Vip', () => {
  it('are right after a restart, whatever happened meanwhile, and the record says why', async () => {
    const world = await started();
    await world.running.crash();
    change(world);
    await world.start();
    expect(parentCommands(world.ledger).slice(4)).toEqual(CHANGED);
    expect(parentsOf(world.ledger, 'vip-aap')).toEqual(['d.default', 'e.default']);
  });

  it('are asked for once after a restart that finds nothing changed', async () => {
    const world = await started();
    await world.settle(HOUR_MS);
    const before = world.ledger.executed.length;
    world.takeWrites();
    await world.running.crash();
    await world.start();
    await world.settle(HOUR_MS);
    expect(world.ledger.executed).toHaveLength(before);
    expect(world.takeWrites()).toEqual([]);
  });

  it('are right again after a watch that turned silent, or lost its history', async () => {
    for (const harm of ['silenceWatches', 'compact'] as const) {
      const world = await started();
      world.sandbox.faults[harm]();
      if (harm === 'compact') world.sandbox.faults.dropWatches();
      change(world);
      await world.settle(HOUR_MS);
      expect(parentCommands(world.ledger).slice(4).sort()).toEqual([...CHANGED].sort());
    }
  });

  it('stay while the list of Pods cannot be had, and nobody comes', async () => {
    const world = await started();
    await world.running.crash();
    change(world);
    world.sandbox.faults.fail({ times: Infinity, status: 403, when: isOfPods });
    const { projector } = await world.start();
    await world.settle(HOUR_MS);
    expect(parentsOf(world.ledger, 'vip-aap')).toEqual(['a.default', 'b.default', 'c.default', 'd.default']);
    expect(projector.status).toMatchObject({ synced: false, trouble: { code: 'kubernetes-forbidden' } });
    world.vip('web');
    await world.settle();
    expect(world.statusOf(VIPS, 'web')).toMatchObject({ ready: true });
    world.sandbox.faults.heal();
    await world.settle(60_000);
    expect(parentsOf(world.ledger, 'vip-aap')).toEqual(['d.default', 'e.default']);
    expect(projector.status.synced).toBe(true);
  });

  it.each(['before', 'after'] as const)(
    'are granted once where the ledger fails %s deciding',
    async (when) => {
      const world = await started([]);
      world.ledger.failNext(when, when, when);
      for (const name of ['a', 'b', 'c']) world.pod(name, 'vip-aap', LABELS);
      await world.settle(60_000);
      expect(parentsOf(world.ledger, 'vip-aap')).toEqual(['a.default', 'b.default', 'c.default']);
      const granted = world.ledger.facts.filter(({ event }) => event.type === 'ParentGranted');
      expect(granted).toHaveLength(3);
    },
  );

  it('wait for a view that is behind, and are not asked for twice', async () => {
    const world = await started([]);
    world.ledger.fallBehind();
    world.pod('a', 'vip-aap', LABELS);
    await world.settle();
    world.ledger.giveUpWaiting();
    await world.settle(100);
    world.ledger.catchUp();
    await world.settle(60_000);
    expect(parentCommands(world.ledger)).toEqual(['+ a.default']);
  });

  it('come back when somebody withdraws what the selector grants', async () => {
    const world = await started(['a']);
    const withdraw = {
      type: 'WithdrawParent',
      subnet: 'ovn-default',
      vip: 'vip-aap',
      port: 'a.default',
    } as const;
    await world.ledger.execute({ ...withdraw, grantor: 'selector', reason: 'mistake' }, 'ann', 'http');
    await world.settle();
    expect(parentsOf(world.ledger, 'vip-aap')).toEqual(['a.default']);
  });
});

describe("a Pod's event", () => {
  it('costs what its own Vips cost, however many Pods and Vips there are', async () => {
    const world = await started(['a']);
    for (let index = 0; index < 50; index += 1) world.vip(`v${index}`, AAP);
    for (let index = 0; index < 500; index += 1) world.pod(`p${index}`, `v${index % 50}`, LABELS);
    await world.settle(HOUR_MS);
    const looked: string[] = [];
    const { view } = world.ledger;
    const vip = view.vip.bind(view);
    view.vip = (name) => {
      looked.push(name);
      return vip(name);
    };
    world.edit(PODS, 'default/p7', { metadata: { labels: { app: null } } });
    await world.settle();
    expect([...new Set(looked)]).toEqual(['v7']);
    expect(looked.length).toBeLessThanOrEqual(16);
  });

  it('is one of a burst at times: each grant is made once, and the status is written now and then', async () => {
    const world = await started([]);
    world.takeWrites();
    for (let index = 0; index < 200; index += 1) world.pod(`p${index}`, 'vip-aap', LABELS);
    for (let index = 0; index < 200; index += 2)
      world.edit(PODS, `default/p${index}`, { metadata: { labels: { app: null } } });
    await world.settle(60_000);
    expect(parentsOf(world.ledger, 'vip-aap')).toHaveLength(100);
    const written = world.takeWrites().filter((write) => write.includes('vips/'));
    expect(written.length).toBeLessThanOrEqual(3);
    expect(world.condition(VIPS, 'vip-aap', 'InUse')?.['message']).toMatch(/ and 97 more\.$/);
  });
});
