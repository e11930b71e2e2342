// A projector that is killed, cut off, behind, or lied to; and the defects of others by name: Kube-OVN's by their number in
// its catalogue, the rest by who reported them.
import type { Holder } from '@holdfast/ipam';
import { PODS, STATEFUL_SETS, SUBNETS } from '@holdfast/kube-api';
import { VIRTUAL_MACHINE_INSTANCES } from '../owner/machine-resources';
import { PodWorld, DEFAULT_SUBNET } from '../testing/pod-world';

const HOUR_MS = 3_600_000;
const VIP = { annotations: { 'ovn.kubernetes.io/vip': 'web' } };

async function withVip(): Promise<PodWorld> {
  const world = await PodWorld.started();
  const vip = { subnet: DEFAULT_SUBNET, vipType: '', selector: [] } as const;
  await world.ledger.execute({ type: 'ReserveVip', name: 'web', ...vip }, 'ann', 'http');
  return world;
}

const released = (world: PodWorld): number =>
  world.recorded().filter((type) => type === 'AddressReleased' || type === 'UserDetached').length;

describe('never gives up what it only does not see (whereabouts #162, #176, #207; spiderpool #2526)', () => {
  it('a Pod that the server has and the replica has not', async () => {
    const world = await PodWorld.started();
    world.sandbox.faults.silenceWatches();
    const { metadata } = world.podOf('web');
    const at = { subnet: DEFAULT_SUBNET, holder: 'pod/default/web' as Holder };
    const user = { object: 'pod/default/web', uid: metadata.uid };
    await world.ledger.execute(
      { type: 'ReserveAddress', ...at, port: 'web.default', portSecurity: false },
      'another projector',
    );
    await world.ledger.execute({ type: 'AttachUser', ...at, user }, 'another projector');
    await world.settle(HOUR_MS);
    expect(released(world)).toBe(0);
    expect(world.ip('web')).toBe('10.16.0.2');
  });

  it('anything, while Pods cannot be listed', async () => {
    const world = await PodWorld.started();
    world.podOf('web');
    await world.settle(1_000);
    await world.running.crash();
    const isPods = ({ path }: { readonly path: string }): boolean => path.endsWith('/pods');
    world.sandbox.faults.fail({ times: Infinity, status: 403, when: isPods });
    await world.startAddresses();
    await world.settle(HOUR_MS);
    expect(released(world)).toBe(0);
    expect(world.running.projector.status).toMatchObject({
      synced: false,
      trouble: { code: 'kubernetes-forbidden' },
    });
    world.sandbox.faults.heal();
    await world.settle(60_000);
    expect(world.running.projector.status).toMatchObject({ synced: true, due: 0 });
  });

  it('an ordinal, while StatefulSets cannot be listed', async () => {
    const world = await PodWorld.started();
    const set = world.set('web', 1);
    world.podOfSet(set, 0);
    await world.settle(1_000);
    await world.running.crash();
    const isSets = ({ path }: { readonly path: string }): boolean => path.includes('/statefulsets');
    world.sandbox.faults.fail({ times: Infinity, status: 500, when: isSets });
    world.gone('web-0');
    await world.startAddresses();
    await world.settle(HOUR_MS);
    expect(released(world)).toBe(0);
    world.sandbox.faults.heal();
    await world.settle(120_000);
    expect(world.holders()).toEqual(['statefulset/default/web/0']);
    expect(world.usersOf('statefulset/default/web/0')).toEqual([]);
  });

  it('an ordinal of a set that its own replica has lost', async () => {
    const world = await PodWorld.started();
    world.podOf('first');
    await world.settle(1_000);
    // The list of sets is there, and its watch is silent, when the set comes.
    const before = world.set('other', 1);
    world.podOfSet(before, 0);
    await world.settle(1_000);
    const silent = world.sandbox.faults;
    silent.silenceWatches();
    const set = world.set('web', 1);
    const { metadata } = world.podOfSet(set, 0);
    const at = { subnet: DEFAULT_SUBNET, holder: 'statefulset/default/web/0' as Holder };
    await world.ledger.execute({ type: 'ReserveAddress', ...at }, 'another projector');
    await world.ledger.execute(
      { type: 'AttachUser', ...at, user: { object: 'pod/default/web-0', uid: metadata.uid } },
      'another projector',
    );
    world.gone('web-0');
    await world.settle(HOUR_MS);
    expect(world.holders()).toContain('statefulset/default/web/0');
  });

  it('the address of a new Pod for its predecessor’s end', async () => {
    const world = await PodWorld.started();
    world.podOf('web');
    await world.settle(1_000);
    let uid = '';
    await world.whileDown(() => {
      world.gone('web');
      uid = world.podOf('web').metadata.uid;
    });
    await world.settle(HOUR_MS);
    expect(world.usersOf('pod/default/web')).toEqual([uid]);
    expect(world.recorded().filter((type) => type === 'AddressReleased')).toEqual([]);
  });
});

describe('in a cluster that is not the one that the ledger knows, a projector', () => {
  async function elsewhere(): Promise<PodWorld> {
    const world = await PodWorld.started();
    const set = world.set('web', 2);
    for (const ordinal of [0, 1]) world.podOfSet(set, ordinal);
    world.podOf('a');
    await world.settle(1_000);
    world.gone('web-1');
    await world.settle(1_000);
    await world.whileDown(() => {
      for (const name of ['web-0', 'a']) world.gone(name);
      world.delete(STATEFUL_SETS, 'default/web');
      world.vanish(SUBNETS, DEFAULT_SUBNET);
    });
    await world.settle(48 * HOUR_MS);
    return world;
  }

  it('gives nothing up, says so, and serves the Pods that are there', async () => {
    const world = await elsewhere();
    expect(released(world)).toBe(1);
    expect(world.running.projector.status.trouble).toMatchObject({ code: 'kubernetes-objects-missing' });
    world.subnet(DEFAULT_SUBNET, { default: true, cidrBlock: '10.16.0.0/16' });
    world.podOf('new');
    await world.settle(1_000);
    expect(world.ip('new')).toBe('10.16.0.5');
    world.gone('new');
    await world.settle(1_000);
    expect(world.holders()).toHaveLength(3);
  });

  it('gives all that up once somebody says that so many are gone for good', async () => {
    const world = await elsewhere();
    const { projector } = world.running;
    expect(projector.status.trouble?.message).toContain('POST /deletion-guards/Pod/override?missing=2');
    expect(projector.overrideDeletionGuard('Pod', 3)).toEqual({
      refused: '2 objects of kind Pod are missing, not 3; look again',
    });
    await world.settle(HOUR_MS);
    expect(released(world)).toBe(1);
    expect(projector.overrideDeletionGuard('Pod', 2)).toEqual({
      accepted: ['pod/default/a', 'pod/default/web-0'],
    });
    expect(projector.status.trouble).toBeUndefined();
    await world.settle(HOUR_MS);
    expect(world.holders()).toEqual([]);
    expect(projector.overrideDeletionGuard('Pod', 2)).toEqual({
      refused: 'nothing of kind Pod is held back',
    });
  });

  it('gives up what is missing where a Subnet of ours shows that it is', async () => {
    const world = await PodWorld.started();
    for (const name of ['a', 'b']) world.podOf(name);
    await world.settle(1_000);
    await world.whileDown(() => ['a', 'b'].forEach((name) => world.gone(name)));
    await world.settle(120_000);
    expect(world.holders()).toEqual([]);
    expect(world.running.projector.status.trouble).toBeUndefined();
  });
});

describe('after it was away, a projector', () => {
  it('finds all that happened, though the history is gone (410)', async () => {
    const world = await PodWorld.started();
    const set = world.set('web', 2);
    for (const ordinal of [0, 1]) world.podOfSet(set, ordinal);
    world.podOf('a');
    await world.settle(1_000);
    const before = world.heldBy('statefulset/default/web/0');
    world.running.connection.rest.cut();
    await world.settle(HOUR_MS);
    world.gone('a');
    world.gone('web-0');
    world.podOfSet(set, 0);
    world.podOf('b');
    world.sandbox.faults.compact();
    world.running.connection.rest.mend();
    await world.settle(60_000);
    expect(world.holders()).toEqual([
      'pod/default/b',
      'statefulset/default/web/0',
      'statefulset/default/web/1',
    ]);
    expect(world.heldBy('statefulset/default/web/0')).toBe(before);
    expect(world.ip('web-0')).toBe(before?.split(' ')[0]);
  });

  it('moves nobody who has an address, with the Subnet full and others waiting (metallb #1984, cilium #43131)', async () => {
    const world = await PodWorld.started({}, { cidrBlock: '10.16.0.0/29' });
    for (let index = 0; index < 5; index += 1) world.podOf(`has-${index}`);
    await world.settle(1_000);
    for (let index = 0; index < 3; index += 1) world.podOf(`waits-${index}`);
    await world.settle(10_000);
    const before = world.holders().map((holder) => [holder, world.heldBy(holder)]);
    expect(before).toHaveLength(5);
    for (let restart = 0; restart < 10; restart += 1) {
      await world.whileDown(() => undefined);
      await world.settle(5_000);
    }
    expect(world.holders().map((holder) => [holder, world.heldBy(holder)])).toEqual(before);
    expect(released(world)).toBe(0);
  });

  it('explains each difference, once, and none where there is none', async () => {
    const world = await PodWorld.started();
    for (const name of ['a', 'b', 'c']) world.podOf(name);
    await world.settle(1_000);
    await world.whileDown(() => undefined);
    await world.settle(HOUR_MS);
    expect(world.running.differences).toEqual([]);
    await world.whileDown(() => {
      world.gone('a');
      world.podOf('d');
      world.edit(PODS, 'default/b', {
        metadata: { annotations: { 'ovn.kubernetes.io/ip_address': '9.9.9.9' } },
      });
    });
    await world.settle(HOUR_MS);
    const shown = world.running.differences.map(({ holder, what }) => `${holder}: ${what}`);
    expect(shown.sort()).toEqual([
      expect.stringMatching(
        /^pod\/default\/a: pod\/default\/a \(UID .*\) uses it in the ledger, and does not in/,
      ),
      expect.stringMatching(/^pod\/default\/b: .* says ovn.kubernetes.io\/ip_address="9.9.9.9"$/),
      expect.stringMatching(
        /^pod\/default\/d: .* is in Kubernetes, and the ledger did not have it as a user$/,
      ),
      expect.stringMatching(/^pod\/default\/d: .* says /),
    ]);
  });

  it('waits for a view that is behind, and asks nothing twice', async () => {
    const world = await PodWorld.started();
    world.ledger.fallBehind();
    world.podOf('web');
    await world.settle(1_000);
    world.ledger.giveUpWaiting();
    await world.settle(500);
    world.ledger.catchUp();
    await world.settle(5_000);
    expect(world.recorded()).toEqual(['AddressReserved', 'UserAttached']);
    expect(world.ip('web')).toBe('10.16.0.2');
  });
});

describe('what somebody reserved before its Pod came', () => {
  const holder = 'statefulset/default/web/0' as Holder;
  const request = {
    subnet: DEFAULT_SUBNET,
    holder,
    v4: 0x0a100063,
    port: 'web-0.default',
    portSecurity: false,
  } as const;

  it('survives every start (D16), and is that Pod’s', async () => {
    const world = await PodWorld.started();
    await world.ledger.execute({ type: 'ReserveAddress', ...request }, 'ann', 'http');
    for (let restart = 0; restart < 3; restart += 1) await world.whileDown(() => undefined);
    await world.settle(12 * HOUR_MS);
    world.podOfSet(world.set('web', 1), 0);
    await world.settle(1_000);
    expect(world.ip('web-0')).toBe('10.16.0.99');
  });

  it('stays for a day, and for as long as its retention says', async () => {
    const world = await PodWorld.started();
    await world.ledger.execute({ type: 'ReserveAddress', ...request }, 'ann', 'http');
    const other = { subnet: DEFAULT_SUBNET, holder: 'pod/default/b' as Holder };
    await world.ledger.execute({ type: 'ReserveAddress', ...other, port: 'b.default' }, 'ann', 'http');
    await world.ledger.execute(
      { type: 'SetRetention', ...other, retention: { keep: 'forever' } },
      'ann',
      'http',
    );
    const foreign = { subnet: DEFAULT_SUBNET, holder: 'pod/default/c' as Holder };
    await world.ledger.execute({ type: 'ReserveAddress', ...foreign }, 'ann', 'http');
    await world.settle(23 * HOUR_MS);
    expect(world.holders()).toHaveLength(3);
    await world.settle(2 * HOUR_MS);
    expect(world.holders()).toEqual(['pod/default/b', 'pod/default/c']);
    expect(world.ledger.facts.at(-1)?.event).toMatchObject({ reason: expect.stringContaining('never used') });
  });
});

describe('Kube-OVN’s defects', () => {
  it('D7: the address of a Pod that uses a Vip is nobody else’s', async () => {
    const world = await withVip();
    world.podOf('a', VIP);
    await world.settle(1_000);
    world.podOf('b', { annotations: { 'ovn.kubernetes.io/ip_address': world.ip('a') as string } });
    await world.settle(10_000);
    expect(world.reasons()).toEqual(['b: AddressTaken']);
  });

  it.each(['before', 'after'] as const)(
    'D8: taking a Vip can be repeated when it failed half-way (%s)',
    async (when) => {
      const world = await withVip();
      world.ledger.failNext(when);
      world.podOf('a', VIP);
      await world.settle(10_000);
      expect(world.ip('a')).toBe('10.16.0.2');
      expect(world.recorded()).toEqual(['VipReserved', 'UserAttached']);
      expect(world.reasons()).toEqual([]);
    },
  );

  it('D9: a restart frees no Vip of a running machine, nor of a Pod with dots in its name', async () => {
    const world = await withVip();
    await world.ledger.execute(
      { type: 'ReserveVip', subnet: DEFAULT_SUBNET, name: 'two', vipType: '', selector: [] },
      'ann',
      'http',
    );
    world.installKubevirt();
    world.machine('db');
    const vmi = world.instance('db');
    world.podOfInstance(vmi, 'aaaaa', VIP);
    world.podOf('a.b.c', { annotations: { 'ovn.kubernetes.io/vip': 'two' } });
    await world.settle(2_000);
    const users = [world.usersOf('vip/web'), world.usersOf('vip/two')];
    for (let restart = 0; restart < 3; restart += 1) {
      await world.whileDown(() => undefined);
      await world.settle(HOUR_MS);
    }
    expect([world.usersOf('vip/web'), world.usersOf('vip/two')]).toEqual(users);
    expect(released(world)).toBe(0);
  });

  it('D9: nor of a machine that is stopped', async () => {
    const world = await withVip();
    world.installKubevirt();
    world.machine('db');
    const vmi = world.instance('db');
    const { metadata } = world.podOfInstance(vmi, 'aaaaa', VIP);
    await world.settle(2_000);
    await world.whileDown(() => {
      world.delete(VIRTUAL_MACHINE_INSTANCES, 'default/db');
      world.gone(metadata.name);
    });
    await world.settle(HOUR_MS);
    world.podOf('stranger', VIP);
    await world.settle(10_000);
    expect(world.ip('stranger')).toBeUndefined();
    world.podOfInstance(world.instance('db'), 'bbbbb', VIP);
    await world.settle(2_000);
    expect(world.ip('virt-launcher-db-bbbbb')).toBe('10.16.0.2');
  });

  it('D13: what is Terminating already when a projector starts is brought to its end', async () => {
    const world = await PodWorld.started();
    world.create(PODS, 'web', {}, { namespace: 'default', finalizers: ['example.com/wait'] } as object);
    await world.settle(1_000);
    await world.whileDown(() => world.delete(PODS, 'default/web'));
    await world.settle(HOUR_MS);
    expect(world.usersOf('pod/default/web')).toHaveLength(1);
    world.edit(PODS, 'default/web', { metadata: { finalizers: null } });
    await world.settle(1_000);
    expect(world.holders()).toEqual([]);
  });
});
