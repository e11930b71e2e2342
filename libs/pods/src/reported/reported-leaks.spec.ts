// Addresses that leak, and Subnets that run out, as users of peers report it: what ./reported.spec.ts has not. Each by the
// threads that report it.
import { PODS } from '@holdfast/kube-api';
import { PodWorld, DEFAULT_SUBNET } from '../testing/pod-world';

const HOUR_MS = 3_600_000;

const using = (world: PodWorld): unknown => world.state(DEFAULT_SUBNET).byHolder.size;

/** So many Pods come and all are told; then they go. */
async function fill(world: PodWorld, round: number, size: number): Promise<string[]> {
  const names = Array.from({ length: size }, (_, index) => `p${round}-${index}`);
  for (const name of names) world.podOf(name);
  await world.settle(2_000);
  return names;
}

describe('a leak', () => {
  it('is not left by Pods with static addresses, scaled to none and back (kube-ovn #841)', async () => {
    const world = await PodWorld.started();
    for (let round = 0; round < 3; round += 1) {
      const names = ['15', '16', '17'].map((host) => [`p${round}-${host}`, `10.16.0.${host}`] as const);
      for (const [name, ip] of names)
        world.podOf(name, { annotations: { 'ovn.kubernetes.io/ip_address': ip } });
      await world.settle(2_000);
      for (const [name, ip] of names) expect([name, world.ip(name)]).toEqual([name, ip]);
      for (const [name] of names) world.gone(name);
      await world.settle(2_000);
      expect(world.holders()).toEqual([]);
    }
    expect(world.reasons()).toEqual([]);
  });

  it('is not left where one object keeps failing: the others are given up (calico #8643)', async () => {
    const world = await PodWorld.started();
    const names = await fill(world, 0, 10);
    await world.whileDown(() => {
      for (const name of names) world.gone(name);
      // Whether it is gone cannot be found out of this one, for ever.
      world.sandbox.faults.fail({
        ...{ status: 500, times: 1e6 },
        when: ({ method, path }) => method === 'PATCH' && path.endsWith('/p0-3'),
      });
    });
    await world.settle(HOUR_MS);
    expect(world.holders()).toEqual(['pod/default/p0-3']);
    world.sandbox.faults.heal();
    await world.settle(HOUR_MS);
    expect(world.holders()).toEqual([]);
  });
});

describe('a Subnet', () => {
  it('gives all it has, however often it was full and empty (kube-ovn #3190, cilium #30078, moby #31694)', async () => {
    const world = await PodWorld.started({}, { cidrBlock: '10.16.0.0/27' });
    for (let round = 0; round < 8; round += 1) {
      const names = await fill(world, round, 29);
      expect([using(world), names.filter((name) => world.ip(name) === undefined)]).toEqual([29, []]);
      if (round % 2 === 1) await world.whileDown(() => undefined);
      for (const name of names) world.gone(name);
      await world.settle(2_000);
      expect(using(world)).toBe(0);
    }
    expect(world.reasons()).toEqual([]);
    expect(world.everHeldTwice()).toEqual([]);
  });

  it('that has run out goes on taking back, and gives that to who waits (terway #100)', async () => {
    const world = await PodWorld.started({}, { cidrBlock: '10.16.0.0/28' });
    await fill(world, 0, 13);
    const waiting = await fill(world, 1, 20);
    expect(waiting.filter((name) => world.ip(name) !== undefined)).toEqual([]);
    for (let index = 0; index < 5; index += 1) world.gone(`p0-${index}`);
    await world.settle(HOUR_MS);
    expect(waiting.filter((name) => world.ip(name) !== undefined)).toHaveLength(5);
    expect(using(world)).toBe(13);
    // It does not ask for those who wait without end, either.
    expect(world.ledger.executed.length).toBeLessThan(2_000);
    for (const name of waiting) world.delete(PODS, `default/${name}`);
    await world.settle(10_000);
    expect(using(world)).toBe(8);
  });
});
