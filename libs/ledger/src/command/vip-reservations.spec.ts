import { readJson } from '@holdfast/api/testing';
import { systemChance } from '@holdfast/clock';
import { VirtualClock } from '@holdfast/clock/testing';
import { type EventStore, MemoryEventStore, StoreFault, idIn, readMetadata } from '@holdfast/event-store';
import { type Cidr, LedgerView, parseCidr, subnet } from '@holdfast/ipam';
import type { VipUseCommand } from './ledger-command';
import { SubnetLoop, VipNameLoop } from './aggregate-loops';
import { toRejection } from './loop-rejections';
import { VipReservations } from './vip-reservations';

const actor = { name: 'ann', through: 'http' } as const;
const SUBNETS = ['left', 'right'] as const;
const grant = { type: 'GrantParent', vip: 'web', port: 'a', grantor: 'explicit' } as const;

/** The ledger's writing side over `store`, as a process has it when it starts. */
function start(store: EventStore, clock = new VirtualClock(), hasOtherWriters = false) {
  const options = { store, clock, chance: systemChance, refuse: toRejection, hasOtherWriters };
  const subnets = new SubnetLoop(options);
  const vips = new VipReservations(subnets, new VipNameLoop(options), clock);
  const reserve = (subnetName: string, more: { commandId?: string; v4?: number } = {}) =>
    vips.reserve({
      actor,
      ...(more.commandId && { commandId: more.commandId, issuedAtMs: clock.now() }),
      command: {
        type: 'ReserveVip',
        subnet: subnetName,
        name: 'web',
        vipType: '',
        selector: [],
        v4: more.v4,
      },
    });
  const release = (commandId?: string) =>
    vips.release({
      actor,
      ...(commandId && { commandId, issuedAtMs: clock.now() }),
      command: { type: 'ReleaseVip', name: 'web', reason: 'done' },
    });
  const use = (command: VipUseCommand, commandId?: string) =>
    vips.use({ actor, command, ...(commandId && { commandId, issuedAtMs: clock.now() }) });
  return { subnets, vips, reserve, release, use, clock };
}

async function withSubnets(store: EventStore): Promise<void> {
  const { subnets } = start(store);
  for (const [at, name] of SUBNETS.entries()) {
    const cidrs = [parseCidr(`10.${at}.0.0/29`) as Cidr];
    await subnets.execute(name, { actor, command: { type: 'DefineSubnet', subnet: name, cidrs } });
  }
}

/** In which subnets the Vip is now, by the log alone. */
async function whereIsWeb(store: EventStore): Promise<string[]> {
  const view = new LedgerView();
  for await (const page of store.readAll(undefined)) {
    for (const recorded of page) {
      const name = idIn('subnet', recorded.stream);
      if (name === undefined) continue;
      const event = subnet.codec.decode(recorded);
      view.apply({ subnet: name, event, atMs: readMetadata(recorded).atMs, position: recorded.position });
    }
  }
  return SUBNETS.filter((name) => view.subnet(name)?.byHolder.has('vip/web' as never));
}

async function countEvents(store: EventStore): Promise<number> {
  let count = 0;
  for await (const page of store.readAll(undefined)) count += page.length;
  return count;
}

/** A store that dies at its n-th append, before or after it was done: what comes later fails too. */
function dying(store: MemoryEventStore, appendAt: number, when: 'before' | 'after'): EventStore {
  let appends = 0;
  const dead = () => new StoreFault('store-closed', 'the process died', false);
  return {
    append: async (...args) => {
      appends += 1;
      if (appends > appendAt || (appends === appendAt && when === 'before')) throw dead();
      const result = await store.append(...args);
      if (appends === appendAt) throw dead();
      return result;
    },
    readStream: (...args) => store.readStream(...args),
    readAll: (...args) => store.readAll(...args),
    onAppend: (hint) => store.onAppend(hint),
    close: () => store.close(),
  };
}

describe('Vip names across subnets', () => {
  it('has one winner when two subnets want a name at the same time', async () => {
    const store = new MemoryEventStore();
    await withSubnets(store);
    const { reserve } = start(store);
    const outcomes = await Promise.all(SUBNETS.map((name) => reserve(name)));
    expect(outcomes.map(({ rejected }) => rejected?.code).sort()).toEqual(['VipNameTaken', undefined]);
    expect(await whereIsWeb(store)).toHaveLength(1);
  });

  it('has one winner when two processes want it for two subnets', async () => {
    const store = new MemoryEventStore();
    await withSubnets(store);
    const outcomes = await Promise.all(SUBNETS.map((name) => start(store).reserve(name)));
    expect(outcomes.filter(({ rejected }) => !rejected)).toHaveLength(1);
    expect(await whereIsWeb(store)).toHaveLength(1);
  });

  it('gives the name to another subnet once it was released', async () => {
    const store = new MemoryEventStore();
    await withSubnets(store);
    const { reserve, release } = start(store);
    await reserve('left');
    expect(await reserve('right')).toMatchObject({ rejected: { code: 'VipNameTaken' } });
    await release();
    expect((await reserve('right')).rejected).toBeUndefined();
    expect(await whereIsWeb(store)).toEqual(['right']);
  });

  it('leaves no trace of a refusal, and keeps no name for it', async () => {
    const store = new MemoryEventStore();
    await withSubnets(store);
    const { reserve } = start(store);
    const before = await countEvents(store);
    expect(await reserve('left', { v4: 0x0b000001 })).toMatchObject({
      rejected: { code: 'AddressOutOfRange' },
    });
    expect(await countEvents(store)).toBe(before);
    expect((await reserve('right')).rejected).toBeUndefined();
  });

  it('answers a reservation and a release that come again as it did first', async () => {
    const store = new MemoryEventStore();
    await withSubnets(store);
    const { reserve, release, clock } = start(store);
    const first = await reserve('left', { commandId: 'reserve' });
    const released = await release('release');
    const restarted = start(store, clock);
    expect(await restarted.reserve('left', { commandId: 'reserve' })).toEqual(first);
    expect(await restarted.release('release')).toEqual(released);
    expect(await whereIsWeb(store)).toEqual([]);
  });

  it('decides about a Vip where it is, also when the caller does not know', async () => {
    const store = new MemoryEventStore();
    await withSubnets(store);
    const { reserve, release, use } = start(store);
    expect(await use(grant)).toMatchObject({ rejected: { code: 'VipNotFound' }, subnet: '' });
    await reserve('left');
    expect(await use(grant)).toMatchObject({ subnet: 'left', reply: { parent: { port: 'a' } } });
    await release();
    expect(await use(grant)).toMatchObject({ rejected: { code: 'VipNotFound' } });
    await reserve('right');
    expect(await use(grant)).toMatchObject({ subnet: 'right', reply: { parent: { port: 'a' } } });
    expect(await use({ ...grant, subnet: 'left' })).toMatchObject({ rejected: { code: 'VipNotFound' } });
    expect(await use({ ...grant, subnet: 'right' })).toMatchObject({ subnet: 'right' });
  });

  it('answers a grant that comes again as it did first', async () => {
    const store = new MemoryEventStore();
    await withSubnets(store);
    const { reserve, use, clock } = start(store);
    await reserve('left');
    const first = await use(grant, 'grant');
    const count = await countEvents(store);
    const restarted = start(store, clock);
    expect(await restarted.use(grant, 'grant')).toEqual(first);
    expect(await restarted.use({ ...grant, port: 'b' }, 'grant')).toMatchObject({
      rejected: { code: 'CommandIdReused' },
    });
    expect(await countEvents(store)).toBe(count);
  });

  it('knows a rule for the same when it comes again after a restart', async () => {
    const store = new MemoryEventStore();
    await withSubnets(store);
    const { vips, use, clock } = start(store);
    const lb = {
      type: 'ReserveVip',
      subnet: 'left',
      name: 'web',
      vipType: 'switch_lb_vip',
      selector: [],
    } as const;
    await vips.reserve({ actor, command: lb });
    const { meaning } = readJson('DefineRule', {
      name: 'http',
      vip: 'web',
      ports: [
        { name: 'http', port: 80, targetPort: 8080 },
        { port: 53, protocol: 'udp' },
      ],
      endpoints: ['10.0.0.5', 'fd00::5'],
      note: 'of team web',
    });
    const { command } = meaning as NonNullable<typeof meaning>;
    expect((await use(command)).rejected).toBeUndefined();
    const count = await countEvents(store);
    expect((await start(store, clock).use(command)).rejected).toBeUndefined();
    expect(await countEvents(store)).toBe(count);
  });

  describe.each(['before', 'after'] as const)('when the process dies right %s', (when) => {
    it.each([1, 2, 3, 4, 5])(
      'append %d of a reservation and a release, the name is never lost nor doubled',
      async (appendAt) => {
        const store = new MemoryEventStore();
        await withSubnets(store);
        const mortal = start(dying(store, appendAt, when));
        await mortal
          .reserve('left')
          .then(() => mortal.release())
          .catch(() => undefined);
        const [heldIn = 'nowhere'] = await whereIsWeb(store);
        const { reserve, release } = start(store);
        const other = await reserve('right');
        expect(await whereIsWeb(store)).toEqual([heldIn === 'left' ? 'left' : 'right']);
        expect(other.rejected?.code).toBe(heldIn === 'left' ? 'VipNameTaken' : undefined);
        await release();
        expect((await reserve('left')).rejected).toBeUndefined();
        expect(await whereIsWeb(store)).toEqual(['left']);
      },
    );
  });
});

it('tells a release that comes again what it was told, and leaves the Vip that has the name since', async () => {
  const store = new MemoryEventStore();
  await withSubnets(store);
  const { reserve, release, clock } = start(store);
  await reserve('left');
  const first = await release('release-1');
  await reserve('right');
  expect(await release('release-1')).toEqual(first);
  expect(await whereIsWeb(store)).toEqual(['right']);
  // Nor after a restart, by a caller whose clock is ahead.
  await clock.advance(1000);
  expect(await start(store, clock).release('release-1')).toMatchObject({ subnet: 'left' });
  expect(await whereIsWeb(store)).toEqual(['right']);
});

it('tells a reservation that comes again what it was told, and takes the name for it from nobody', async () => {
  const store = new MemoryEventStore();
  await withSubnets(store);
  const { reserve, release } = start(store);
  const first = await reserve('left', { commandId: 'reserve-1' });
  await release();
  await reserve('right');
  expect(await reserve('left', { commandId: 'reserve-1' })).toEqual(first);
  await release();
  const count = await countEvents(store);
  expect(await reserve('left', { commandId: 'reserve-1' })).toEqual(first);
  expect(await countEvents(store)).toBe(count);
});

it('tells a release that was refused the same at every process, also where the Vip is in another subnet since', async () => {
  const store = new MemoryEventStore();
  await withSubnets(store);
  const clock = new VirtualClock();
  const [one, other] = [start(store, clock, true), start(store, clock, true)];
  await one.reserve('left');
  await one.release();
  const refused = await one.release('late');
  expect(refused).toMatchObject({ rejected: { code: 'VipNotFound' }, subnet: 'left' });
  await other.reserve('right');
  for (const process of [one, other, start(store, clock, true)])
    expect(await process.release('late')).toEqual(refused);
  expect(await whereIsWeb(store)).toEqual(['right']);
});

it('tells a reservation that comes back after the window that it has expired, whoever has the name since', async () => {
  const store = new MemoryEventStore();
  await withSubnets(store);
  const { vips, reserve, release, clock } = start(store);
  const command = { type: 'ReserveVip', subnet: 'left', name: 'web', vipType: '', selector: [] } as const;
  const late = { actor, command, commandId: 'late', issuedAtMs: clock.now() };
  const first = await vips.reserve(late);
  await release();
  await reserve('right');
  await clock.advance(23 * 3_600_000);
  expect(await vips.reserve(late)).toEqual(first);
  const count = await countEvents(store);
  await clock.advance(2 * 3_600_000);
  expect(await vips.reserve(late)).toMatchObject({ rejected: { code: 'CommandExpired' }, subnet: 'left' });
  expect(await countEvents(store)).toBe(count);
});

describe('a refusal of a command with an id, after a restart', () => {
  const restarted = async (refuse: (life: ReturnType<typeof start>) => Promise<unknown>) => {
    const store = new MemoryEventStore();
    await withSubnets(store);
    const life = start(store);
    const first = await refuse(life);
    return { store, first, life, again: start(store, life.clock) };
  };

  it('stays when the name was taken, and is free since', async () => {
    const { first, again, store } = await restarted(async ({ reserve, release }) => {
      await reserve('left');
      const refused = await reserve('right', { commandId: 'late' });
      await release();
      return refused;
    });
    expect(first).toMatchObject({ rejected: { code: 'VipNameTaken' }, subnet: 'right', commandId: 'late' });
    expect(await again.reserve('right', { commandId: 'late' })).toEqual(first);
    expect(await whereIsWeb(store)).toEqual([]);
    expect((await again.reserve('right', { commandId: 'new' })).rejected).toBeUndefined();
  });

  it.each([
    ['a release', (life: ReturnType<typeof start>) => life.release('late')],
    ['a grant', (life: ReturnType<typeof start>) => life.use(grant, 'late')],
    [
      'a revision',
      ({ vips, clock }: ReturnType<typeof start>) =>
        vips.revise({
          ...{ actor, commandId: 'late', issuedAtMs: clock.now() },
          command: { type: 'ReviseVip', name: 'web', vipType: '', selector: [] },
        }),
    ],
  ])('stays when no subnet had ever had the name that has it since: %s', async (_, command) => {
    const { first, again, store } = await restarted(command);
    expect(first).toMatchObject({ rejected: { code: 'VipNotFound' }, subnet: '', commandId: 'late' });
    await again.reserve('left');
    expect(await command(again)).toEqual(first);
    expect(await whereIsWeb(store)).toEqual(['left']);
  });

  it('stays when the Vip was where it is no more', async () => {
    const { first, again, store } = await restarted(async ({ reserve, release }) => {
      await reserve('left');
      await release();
      return release('late');
    });
    expect(first).toMatchObject({ rejected: { code: 'VipNotFound' }, subnet: 'left' });
    await again.reserve('right');
    expect(await again.release('late')).toEqual(first);
    expect(await whereIsWeb(store)).toEqual(['right']);
  });

  it('is of its command only: another under the same id is told so', async () => {
    const { again } = await restarted(({ release }) => release('late'));
    expect(await again.use(grant, 'late')).toMatchObject({ rejected: { code: 'CommandIdReused' } });
  });

  it('is remembered too where it is already so', async () => {
    const { first, again, store } = await restarted(async ({ reserve }) => {
      await reserve('left');
      return reserve('left', { commandId: 'late' });
    });
    expect(first).toMatchObject({ reply: expect.anything(), subnet: 'left' });
    await again.release();
    expect(await again.reserve('left', { commandId: 'late' })).toEqual(first);
    expect(await whereIsWeb(store)).toEqual([]);
  });
});
