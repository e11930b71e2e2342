// A projector that is killed at any write while pools come, move and go: the next one ends where it would have ended.
import { IP_POOLS } from '@holdfast/kube-api';
import { ProjectorWorld } from '../testing/projector-world';
import { killAtWrite } from '../testing/kill-at-write';
import { POOL_SUBNET_ANNOTATION } from './pool-home';

/** Two pools come; one moves to another Subnet, and one is deleted. */
async function story(world: ProjectorWorld): Promise<void> {
  world.subnet('ovn-default', { cidrBlock: '10.16.0.0/24' });
  world.subnet('other', { cidrBlock: '10.16.0.0/16' });
  world.pool('gold', ['10.16.0.201..10.16.0.209']);
  world.pool('silver', ['10.16.0.100']);
  await world.settle(3_000);
  world.edit(IP_POOLS, 'gold', { spec: { subnet: 'other' } });
  world.delete(IP_POOLS, 'silver');
  await world.settle(3_000);
}

function outcome(world: ProjectorWorld): object {
  const poolsOf = (subnet: string) =>
    world.ledger.view.subnet(subnet)?.definition?.pools?.map(({ name }) => name);
  const gold = world.read(IP_POOLS, 'gold');
  return {
    pools: [poolsOf('ovn-default'), poolsOf('other')],
    silver: world.read(IP_POOLS, 'silver'),
    home: gold?.metadata.annotations?.[POOL_SUBNET_ANNOTATION],
    available: gold?.status?.['v4AvailableIPs'],
    ready: world.condition(IP_POOLS, 'gold')?.['status'],
  };
}

it('pools end where they would have ended, whenever the projector is killed', async () => {
  const calm = new ProjectorWorld();
  await calm.start();
  await story(calm);
  const writes = calm.takeWrites().length;
  const desired = outcome(calm);
  const pools = [undefined, ['gold']];
  expect(desired).toEqual({ pools, silver: undefined, home: 'other', available: 9, ready: 'True' });
  expect(writes).toBeGreaterThanOrEqual(9);
  for (let step = 1; step <= writes; step += 1) {
    for (const isDone of [false, true]) {
      const world = new ProjectorWorld();
      const { connection, crash } = await world.start();
      killAtWrite(world, step, isDone, () => connection.rest.cut());
      await story(world);
      await crash();
      await world.start();
      await world.settle(10_000);
      expect({ step, isDone, ...outcome(world) }).toEqual({ step, isDone, ...desired });
    }
  }
});

it.each(['before', 'after'] as const)(
  'pools are defined when the ledger failed %s it had decided',
  async (when) => {
    const world = new ProjectorWorld();
    await world.start();
    world.subnet();
    await world.settle();
    world.ledger.failNext(when);
    world.pool('gold', ['10.16.0.201']);
    await world.settle(5_000);
    expect(world.condition(IP_POOLS, 'gold')).toMatchObject({ status: 'True' });
    world.ledger.failNext(when);
    world.delete(IP_POOLS, 'gold');
    await world.settle(5_000);
    expect(world.read(IP_POOLS, 'gold')).toBeUndefined();
    expect(world.ledger.view.subnet('ovn-default')?.definition).not.toHaveProperty('pools');
  },
);
