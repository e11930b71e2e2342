// What was reserved for somebody who is to come and whose day is over: the server is asked before it is given up. What else
// becomes of it is tried with what a projector survives (projector/survival.spec.ts).
import type { Holder } from '@holdfast/ipam';
import { PODS, type Resource, STATEFUL_SETS } from '@holdfast/kube-api';
import { DEFAULT_SUBNET, PodWorld } from '../testing/pod-world';

const HOUR_MS = 3_600_000;

const released = (world: PodWorld): number =>
  world.recorded().filter((type) => type === 'AddressReleased').length;

/** Reserved almost a day ago; what comes of the kind is not seen until the day is over. */
async function almostOver(holder: string, port: string, unseen: Resource) {
  const world = await PodWorld.started();
  world.podOfSet(world.set('other', 1), 0);
  const command = { type: 'ReserveAddress', subnet: DEFAULT_SUBNET, holder: holder as Holder, port } as const;
  await world.ledger.execute(command, 'ann', 'http');
  await world.settle(24 * HOUR_MS - 10_000);
  const late = await world.withLateWatch(unseen);
  late.isLate = true;
  // Nor is anything listed in what is left of the day, a tenth of a second.
  await world.settle(4_900);
  const seen = (): void => {
    late.isLate = false;
    world.sandbox.faults.dropWatches();
  };
  return { world, seen };
}

describe('what was never used stays when its day is over', () => {
  it('and its Pod has come, which only the server has seen', async () => {
    const { world, seen } = await almostOver('pod/default/web', 'web.default', PODS);
    world.podOf('web');
    await world.settle(200);
    expect(released(world)).toBe(0);
    seen();
    await world.settle(HOUR_MS);
    expect(released(world)).toBe(0);
    expect(world.usersOf('pod/default/web')).toHaveLength(1);
  });

  it('and its set has come, which only the server has seen', async () => {
    const { world } = await almostOver('statefulset/default/web/0', 'web-0.default', STATEFUL_SETS);
    world.set('web', 1);
    await world.settle(200);
    expect(released(world)).toBe(0);
  });

  it('or else goes: nobody has come', async () => {
    const { world } = await almostOver('pod/default/web', 'web.default', PODS);
    await world.settle(200);
    expect(released(world)).toBe(1);
  });
});
