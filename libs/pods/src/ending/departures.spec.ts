// What a Pod that is gone unseen still uses: it is missed, and the server asked for it, once for all of that.
import type { Holder } from '@holdfast/ipam';
import { DEFAULT_SUBNET, PodWorld } from '../testing/pod-world';

const HOLDERS = ['pod/default/a', 'pod/default/b', 'pod/default/c', 'statefulset/default/d/0'] as Holder[];
const GRACE_MS = 60_000;

/** Somebody else says that a Pod uses all these, and there is none of that UID. */
async function usedByNobody(): Promise<PodWorld> {
  const world = await PodWorld.started({ graceMs: GRACE_MS });
  world.podOf('there');
  await world.settle(1_000);
  for (const holder of HOLDERS) {
    const at = { subnet: DEFAULT_SUBNET, holder };
    await world.ledger.execute({ type: 'ReserveAddress', ...at }, 'ann', 'http');
    const user = { object: 'pod/default/gone', uid: 'u-gone' };
    await world.ledger.execute({ type: 'AttachUser', ...at, user }, 'ann', 'http');
  }
  return world;
}

const detached = (world: PodWorld): number =>
  world.recorded().filter((type) => type === 'UserDetached').length;

describe('a Pod that is gone unseen', () => {
  it('gives up all that it uses after one grace, not one after the other', async () => {
    const world = await usedByNobody();
    await world.settle(GRACE_MS - 5_000);
    expect(detached(world)).toBe(0);
    await world.settle(10_000);
    expect(detached(world)).toBe(HOLDERS.length);
  });

  it('is missed anew for what is said to be its afterwards', async () => {
    const world = await usedByNobody();
    await world.settle(GRACE_MS + 5_000);
    const at = { subnet: DEFAULT_SUBNET, holder: 'pod/default/late' as Holder };
    await world.ledger.execute({ type: 'ReserveAddress', ...at }, 'ann', 'http');
    const user = { object: 'pod/default/gone', uid: 'u-gone' };
    await world.ledger.execute({ type: 'AttachUser', ...at, user }, 'ann', 'http');
    await world.settle(GRACE_MS - 5_000);
    expect(detached(world)).toBe(HOLDERS.length);
    await world.settle(10_000);
    expect(detached(world)).toBe(HOLDERS.length + 1);
  });
});
