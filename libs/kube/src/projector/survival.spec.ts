// A projector that is killed, cut off, behind, or lied to: what it finds afterwards is enough to make everything right.
import { FINALIZER, type KubernetesObject, SUBNETS, VIPS } from '@holdfast/kube-api';
import { ProjectorWorld } from '../testing/projector-world';
import { killAtWrite } from '../testing/kill-at-write';
import { MANIFESTS } from '@holdfast/kube-api/testing';
import { ObjectProjector } from './object-projector';

const HOUR_MS = 3_600_000;

async function started(): Promise<
  ProjectorWorld & { readonly running: Awaited<ReturnType<ProjectorWorld['start']>> }
> {
  const world = new ProjectorWorld();
  world.subnet();
  const running = await world.start();
  return Object.assign(world, { running });
}

const counted = (world: ProjectorWorld, type: string): number =>
  world.ledger.facts.filter(({ event }) => event.type === type).length;

describe('killed at any step, a projector', () => {
  /** A subnet and two Vips come; one is deleted. */
  async function story(world: ProjectorWorld): Promise<void> {
    world.subnet();
    world.vip('web');
    world.vip('static', { subnet: 'ovn-default', v4ip: '10.16.0.9' });
    await world.settle(2_000);
    world.delete(VIPS, 'web');
    await world.settle(2_000);
  }

  function outcome(world: ProjectorWorld): object {
    const said = ({ metadata, status }: KubernetesObject): object => ({
      finalizers: metadata.finalizers,
      v4ip: status?.['v4ip'],
      using: status?.['v4usingIPs'],
      ready: world.condition(VIPS, metadata.name)?.['status'],
    });
    return {
      facts: world.ledger.facts.map(({ event }) => event.type),
      web: world.read(VIPS, 'web'),
      static: said(world.read(VIPS, 'static') as KubernetesObject),
      subnet: said(world.read(SUBNETS, 'ovn-default') as KubernetesObject),
    };
  }

  it('ends where it would have ended, with each reservation made once', async () => {
    const calm = new ProjectorWorld();
    await calm.start();
    await story(calm);
    const writes = calm.takeWrites().length;
    const desired = outcome(calm);
    expect(desired).toMatchObject({ web: undefined, static: { v4ip: '10.16.0.9', ready: 'True' } });
    expect(writes).toBeGreaterThanOrEqual(8);

    for (let step = 1; step <= writes; step += 1) {
      for (const answered of [false, true]) {
        const world = new ProjectorWorld();
        const { connection, crash } = await world.start();
        killAtWrite(world, step, answered, () => connection.rest.cut());
        await story(world);
        await crash();
        await world.start();
        await world.settle(10_000);
        const { facts, ...rest } = outcome(world) as { facts: string[] };
        const { facts: factsExpected, ...restExpected } = desired as { facts: string[] };
        expect({ step, answered, ...rest }).toEqual({ step, answered, ...restExpected });
        // Where the projector died before it saw the Vip, that Vip was never reserved at all.
        const withoutWeb = facts.includes('VipReleased')
          ? [...facts]
          : [...facts, 'VipReserved', 'VipReleased'];
        expect(withoutWeb.sort()).toEqual([...factsExpected].sort());
      }
    }
  });

  it.each(['before', 'after'] as const)(
    'reserves once when the ledger failed %s it had decided',
    async (when) => {
      const world = await started();
      world.ledger.failNext(when);
      world.vip('web');
      await world.settle(5_000);
      expect(world.statusOf(VIPS, 'web')).toMatchObject({ ready: true, v4ip: '10.16.0.2' });
      expect(counted(world, 'VipReserved')).toBe(1);
      expect(world.running.faults).toMatchObject([{ code: 'ledger-unavailable', key: 'vips/web' }]);
    },
  );
});

describe('cut off from the API server, a projector', () => {
  it('asks ever more rarely, tells of it, and catches up', async () => {
    const world = await started();
    const { projector, connection } = world.running;
    world.vip('web');
    await world.settle();
    connection.rest.cut();
    await world.settle(HOUR_MS);
    expect(projector.status.trouble).toMatchObject({ code: 'kubernetes-unreachable' });
    world.vip('late');
    world.delete(VIPS, 'web');
    world.sandbox.faults.compact();
    connection.rest.mend();
    await world.settle(60_000);
    expect(world.statusOf(VIPS, 'late')).toMatchObject({ ready: true });
    expect(world.read(VIPS, 'web')).toBeUndefined();
    expect(projector.status.trouble).toBeUndefined();
    expect(projector.status.lastFault).toMatchObject({ code: 'kubernetes-unreachable' });
  });

  it('is in trouble for as long as one object is', async () => {
    const world = await started();
    const isWeb = ({ path, method }: { path: string; method: string }): boolean =>
      method === 'PATCH' && path.endsWith('/web');
    world.sandbox.faults.fail({ times: 1, status: 403, when: isWeb });
    world.vip('web');
    world.vip('other');
    await world.settle(1_000);
    const { projector } = world.running;
    expect(projector.status.trouble).toMatchObject({ code: 'kubernetes-forbidden', key: 'vips/web' });
    expect(projector.status.troubles).toMatchObject([{ code: 'kubernetes-forbidden', keys: 1, watches: 0 }]);
    await world.settle(15_000);
    expect(projector.status.trouble).toBeUndefined();
    expect(world.statusOf(VIPS, 'web')).toMatchObject({ ready: true });
  });

  it('does not hurry a server that refuses every write', async () => {
    const world = await started();
    const answers = {
      times: Infinity,
      status: 500,
      when: ({ method }: { method: string }) => method !== 'GET',
    };
    for (let index = 0; index < 100; index += 1) world.vip(`v${index}`);
    world.sandbox.faults.fail(answers);
    world.takeWrites();
    await world.settle(HOUR_MS);
    // One tries, for all of them, every few seconds.
    expect(world.takeWrites().length).toBeLessThan(HOUR_MS / 2_000);
    expect(world.ledger.executed.map(({ command }) => command.type)).toEqual(['DefineSubnet']);
  });

  it('does not try what is forbidden whenever somebody reserves', async () => {
    const world = await started();
    const isCounting = ({ method, path }: { method: string; path: string }): boolean =>
      method === 'PATCH' && path.endsWith('subnets/ovn-default/status');
    world.sandbox.faults.fail({ times: Infinity, status: 403, when: isCounting });
    await world.settle(2_000);
    world.takeWrites();
    for (let index = 0; index < 300; index += 1) {
      world.vip(`v${index}`);
      await world.settle(200);
    }
    // A minute, in which it asks whether it may by now.
    expect(world.takeWrites().filter((write) => write.includes('subnets/')).length).toBeLessThanOrEqual(13);
    world.edit(SUBNETS, 'ovn-default', { spec: { excludeIps: ['10.16.9.9'] } });
    await world.settle();
    expect(world.takeWrites().filter((write) => write.includes('subnets/'))).toHaveLength(1);
  });

  it('takes a conflict for what it is: the next reconcile sees the newer object', async () => {
    const world = await started();
    const refused = { times: 3, status: 409, when: ({ method }: { method: string }) => method === 'PATCH' };
    world.sandbox.faults.fail(refused);
    world.vip('web');
    await world.settle(10_000);
    expect(world.statusOf(VIPS, 'web')).toMatchObject({ ready: true });
    expect(world.running.faults).toEqual([]);
  });
});

describe('what happened while no projector was there', () => {
  it('an object that was deleted is let go, one that vanished is released, with the reason', async () => {
    const world = await started();
    for (const name of ['deleted', 'vanished', 'stays']) world.vip(name);
    await world.settle();
    await world.running.crash();
    world.delete(VIPS, 'deleted');
    world.vanish(VIPS, 'vanished');
    await world.start();
    expect(world.read(VIPS, 'deleted')).toBeUndefined();
    expect([...world.ledger.view.vips()].map(({ name }) => name)).toEqual(['stays']);
    const reasons = world.ledger.facts.map(({ event }) => 'reason' in event && event.reason).filter(Boolean);
    expect(reasons.sort()).toEqual([
      expect.stringMatching(/^vips\.kubeovn\.io\/deleted \(uid .*\) was deleted$/),
      'vips.kubeovn.io/vanished (not there since the start) is gone',
    ]);
  });

  it('what other transports reserved meanwhile is left alone', async () => {
    const world = await started();
    const reserve = { type: 'ReserveVip', subnet: 'ovn-default', vipType: '', selector: [] } as const;
    for (const through of ['grpc', 'http', 'nats', 'holdfast'])
      await world.ledger.execute({ ...reserve, name: through }, 'ann', through);
    await world.running.crash();
    await world.start();
    await world.settle(HOUR_MS);
    expect([...world.ledger.view.vips()]).toHaveLength(4);
  });

  it('an object of the same name takes over what its predecessor held', async () => {
    const world = await started();
    world.vip('web');
    await world.settle();
    await world.running.crash();
    world.vanish(VIPS, 'web');
    world.vip('web');
    await world.start();
    expect(world.statusOf(VIPS, 'web')).toMatchObject({ ready: true, v4ip: '10.16.0.2' });
    expect(world.read(VIPS, 'web')?.metadata.finalizers).toEqual([FINALIZER]);
    expect(counted(world, 'VipReserved')).toBe(1);
  });
});

describe('a projector that does not see everything', () => {
  it('never releases for an object that only its own replica has lost', async () => {
    const world = await started();
    world.sandbox.faults.silenceWatches();
    const { uid } = world.vip('web').metadata;
    // Another projector has seen the object and reserved for it.
    const reserve = {
      type: 'ReserveVip',
      subnet: 'ovn-default',
      name: 'web',
      vipType: '',
      selector: [],
      owner: { kind: 'KubernetesObject', resource: 'vips.kubeovn.io', uid },
    } as const;
    await world.ledger.execute(reserve, 'another projector');
    await world.settle(60_000);
    expect(world.ledger.view.vip('web')).toBeDefined();
    await world.settle(600_000);
    expect(world.statusOf(VIPS, 'web')).toMatchObject({ ready: true });
    expect(counted(world, 'VipReleased')).toBe(0);
  });

  it('waits for the view before it says anything, and asks nothing twice', async () => {
    const world = await started();
    world.ledger.fallBehind();
    world.vip('web');
    await world.settle(1_000);
    world.ledger.giveUpWaiting();
    await world.settle(5_000);
    expect(world.statusOf(VIPS, 'web')).toEqual({});
    world.ledger.catchUp();
    await world.settle(5_000);
    expect(world.statusOf(VIPS, 'web')).toMatchObject({ ready: true, v4ip: '10.16.0.2' });
    expect(counted(world, 'VipReserved')).toBe(1);
  });

  it('finds what a silent watch hid when all is compared', async () => {
    const world = await started();
    world.sandbox.faults.silenceWatches();
    world.vip('hidden');
    await world.settle(HOUR_MS / 2);
    expect(world.statusOf(VIPS, 'hidden')).toMatchObject({ ready: true });
  });

  it('puts a status right that somebody edited, and a finalizer that somebody took', async () => {
    const world = await started();
    world.vip('web');
    await world.settle();
    world.editStatus(VIPS, 'web', { v4ip: '10.16.0.99', ready: null, conditions: [] });
    world.edit(VIPS, 'web', { metadata: { finalizers: null } });
    await world.settle(1_000);
    expect(world.statusOf(VIPS, 'web')).toMatchObject({ ready: true, v4ip: '10.16.0.2' });
    expect(world.read(VIPS, 'web')?.metadata.finalizers).toEqual([FINALIZER]);
  });

  it('does not race with another who writes the same status', async () => {
    const world = await started();
    world.vip('web');
    await world.settle(10_000);
    world.takeWrites();
    const rival = world.sandbox.connect().api.follow(SUBNETS, {
      changed: (_, now) => {
        if (now?.status?.['v4usingIPs'] !== 99)
          queueMicrotask(() => world.editStatus(SUBNETS, 'ovn-default', { v4usingIPs: 99 }));
      },
    });
    await world.settle(60_000);
    expect(world.takeWrites().length).toBeLessThanOrEqual(60);
    await rival.stop();
    await world.settle(2_000);
    expect(world.statusOf(SUBNETS, 'ovn-default')).toMatchObject({ v4usingIPs: 1 });
  });

  it('is not complete while a kind is not served, says so, and begins when it is', async () => {
    const world = new ProjectorWorld();
    const definition = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/subnets.kubeovn.io';
    world.sandbox.request('DELETE', definition);
    const { projector } = await world.start();
    await world.settle(60_000);
    const { synced, lastFault } = projector.status;
    expect([synced, lastFault?.code]).toEqual([false, 'kubernetes-kind-unknown']);
    world.install(MANIFESTS.holdfast);
    world.subnet();
    world.vip('web');
    await world.settle(60_000);
    expect(projector.status).toMatchObject({ synced: true, due: 0 });
    expect(world.statusOf(VIPS, 'web')).toMatchObject({ ready: true });
  });

  it('keeps its troubles also where nobody asked to be told', async () => {
    const world = new ProjectorWorld();
    world.subnet();
    const { projector, connection } = await world.start({ onFault: undefined });
    world.ledger.failNext('before');
    world.vip('web');
    await world.settle();
    expect(projector.status.trouble).toMatchObject({ code: 'ledger-unavailable', key: 'vips/web' });
    await world.settle(60_000);
    expect(projector.status.trouble).toBeUndefined();
    connection.rest.cut();
    await world.settle(1_000);
    expect(projector.status.trouble).toMatchObject({ code: 'kubernetes-unreachable' });
  });

  it('can be stopped before it is complete', async () => {
    const world = new ProjectorWorld();
    const { api } = world.sandbox.connect();
    const { ledger, clock, chance } = world;
    const projector = new ObjectProjector({ api, ledger, clock, chance });
    const started = projector.start();
    await projector.stop();
    expect(await started).toBe(false);
  });
});
