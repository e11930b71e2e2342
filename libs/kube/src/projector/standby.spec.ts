// Who stands by follows everything and writes nothing; when it takes over it goes on at once, and what is right stays untouched.
import {
  type WhileActive,
  LEASES,
  LeaseElection,
  objectPathOf,
  PODS,
  VIPS,
  SUBNETS,
} from '@holdfast/kube-api';
import { SeededChance } from '@holdfast/clock/testing';
import { ProjectorWorld, type StartedProjector } from '../testing/projector-world';

const LEASE = { namespace: 'kube-system', name: 'projector' };

interface Plane extends StartedProjector {
  readonly election: LeaseElection;
}

/** A process with a projector that works only while it holds the Lease. */
async function plane(world: ProjectorWorld, identity: string): Promise<Plane> {
  const gate: WhileActive = { whileActive: (begin) => election.whileActive(begin) };
  const { leases, api, rest } = world.sandbox.connect('holdfast', gate);
  let wake = (): void => undefined;
  const election: LeaseElection = new LeaseElection({
    ...{ leases, lease: LEASE, identity, clock: world.clock, chance: new SeededChance(3) },
  });
  election.onChange(() => wake());
  const { ledger } = world;
  election.start();
  const started = await world.start({
    api,
    ledger: {
      ...{ view: ledger.view, onFacts: (listener) => ledger.onFacts(listener) },
      hasReached: (position) => ledger.hasReached(position),
      execute: (...command) => election.whileActive(() => ledger.execute(...command)),
    },
    isActive: () => election.isActive,
  });
  wake = () => started.projector.wake();
  wake();
  return { ...started, connection: { ...started.connection, rest, api, leases }, election };
}

/** Everything but the Lease itself. */
const writesIn = (world: ProjectorWorld): string[] =>
  world.takeWrites().filter((write) => !write.includes('/leases'));

async function twoPlanes(): Promise<{ world: ProjectorWorld; first: Plane; second: Plane }> {
  const world = new ProjectorWorld();
  const first = await plane(world, 'first');
  const second = await plane(world, 'second');
  world.subnet();
  for (const name of ['a', 'b']) world.vip(name, { subnet: 'ovn-default', namespace: 'default' });
  world.pod('web', 'a');
  await world.settle(3_000);
  expect(world.condition(VIPS, 'a')).toMatchObject({ status: 'True' });
  return { world, first, second };
}

it('keeps its views warm, and writes nothing and commands nothing', async () => {
  const { world, first, second } = await twoPlanes();
  expect(second.projector.status).toMatchObject({ synced: true, vips: 2, subnets: 1, pods: 1 });
  expect(second.election.isActive).toBe(false);
  expect(second.faults).toEqual([]);
  await first.stop();
  world.takeWrites();
  // The first has stopped and holds the Lease all the same.
  world.vip('c');
  await world.settle(4_000);
  expect([writesIn(world), world.statusOf(VIPS, 'c')]).toEqual([[], {}]);
});

it('takes over from one that was killed: does what is to be done, and touches nothing that is right', async () => {
  const { world, first, second } = await twoPlanes();
  const before = ['a', 'b'].map((name) => world.read(VIPS, name));
  const subnet = world.read(SUBNETS, 'ovn-default')?.metadata.resourceVersion;
  const events = world.events();
  first.connection.rest.cut();
  await world.settle(15_000);
  expect([first.election.isActive, second.election.isActive]).toEqual([false, true]);
  expect(['a', 'b'].map((name) => world.read(VIPS, name))).toEqual(before);
  expect(world.read(SUBNETS, 'ovn-default')?.metadata.resourceVersion).toBe(subnet);
  world.vip('c');
  await world.settle(2_000);
  expect(world.condition(VIPS, 'c')).toMatchObject({ status: 'True' });
  expect(world.events()).toEqual(events);
});

it('does at once, when the other gives the Lease up, what that one left undone', async () => {
  const { world, first, second } = await twoPlanes();
  await first.projector.stop();
  world.vip('c');
  world.vanish(VIPS, 'b');
  await first.election.stop();
  await world.settle(1_000);
  expect(second.election.isActive).toBe(true);
  expect(world.condition(VIPS, 'c')).toMatchObject({ status: 'True' });
  expect(world.ledger.view.vip('b')).toBeUndefined();
});

it('stops in the middle of what it does when its renewals fail, without trouble of its own', async () => {
  const { world, first, second } = await twoPlanes();
  // Its renewals alone do not arrive: it can still write, and must not.
  const refusalOf = world.sandbox.faults.refusalOf.bind(world.sandbox.faults);
  let isBlocked = true;
  world.sandbox.faults.refusalOf = (request) => {
    const isFirst = JSON.stringify(request.body ?? '').includes('"first"');
    if (isBlocked && isFirst) world.sandbox.faults.fail({ status: 500, when: (other) => other === request });
    return refusalOf(request);
  };
  await world.settle(8_000);
  expect([first.election.isActive, second.election.isActive]).toEqual([false, false]);
  world.vip('c');
  await world.settle(500);
  expect(world.statusOf(VIPS, 'c')).toEqual({});
  await world.settle(5_000);
  isBlocked = false;
  expect(second.election.isActive).toBe(true);
  expect(world.condition(VIPS, 'c')).toMatchObject({ status: 'True' });
  expect([first.projector.status.failing, first.faults]).toEqual([undefined, []]);
});

it('keeps no note of what came and went while it stood by for long', async () => {
  const { world, second } = await twoPlanes();
  for (let day = 0; day < 4; day += 1) {
    for (let at = 0; at < 50; at += 1) world.pod(`job-${day}-${at}`, 'a', {}, { spec: { nodeName: 'n' } });
    for (let at = 0; at < 10; at += 1) world.vip(`short-${day}-${at}`);
    await world.settle(3_000);
    for (let at = 0; at < 50; at += 1) world.delete(PODS, `default/job-${day}-${at}`);
    for (let at = 0; at < 10; at += 1) world.delete(VIPS, `short-${day}-${at}`);
    await world.settle(600_000);
  }
  // Two Vips, what names one, and the Subnet.
  expect(second.projector.status.due).toBeLessThanOrEqual(5);
  expect(world.read(LEASES, 'kube-system/projector')).toBeDefined();
  expect(objectPathOf(LEASES, LEASE)).toContain('/leases/projector');
});
