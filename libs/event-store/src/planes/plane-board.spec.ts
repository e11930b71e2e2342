// One suite over all boards: what a plane says replaces what it said, is seen by all others, and ends with it.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SeededChance, VirtualClock } from '@holdfast/clock/testing';
import { openEventStoreDbEventStore } from '../eventstoredb-event-store';
import { StoreFault } from '../port/event-store';
import { EventStoreDbContractServer } from '../testing/eventstoredb-contract-server';
import { FilePlanes } from '../sqlite/planes/file-planes';
import { MemoryPlanes } from './memory-planes';
import type { PlaneAnnouncement, PlaneBoard } from './plane-board';

/** 2026-01-31T23:59:00Z: a minute before a day ends. */
const NOW_MS = Date.UTC(2026, 0, 31, 23, 59);
const HOUR_MS = 3_600_000;
const ended: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ended.splice(0).reverse()) await end();
});

const says = (incarnation: string, beat: number, atMs = NOW_MS): PlaneAnnouncement => ({
  ...{ incarnation, version: '0.1.0', level: 2, state: 'serving', beat, atMs },
});
const byName = async (board: PlaneBoard): Promise<readonly PlaneAnnouncement[]> =>
  [...(await board.read())].sort((a, b) => (a.incarnation < b.incarnation ? -1 : 1));

/** The boards of several planes on one ledger. */
type Boards = (clock: VirtualClock) => Promise<() => PlaneBoard>;

const BOARDS: readonly (readonly [string, Boards])[] = [
  [
    'memory',
    () => {
      const board = new MemoryPlanes();
      return Promise.resolve(() => board);
    },
  ],
  ['SQLite', () => Promise.resolve(() => new FilePlanes(join(folder(), 'ledger.db')))],
  [
    'EventStoreDB',
    async (clock) => {
      const server = await EventStoreDbContractServer.start();
      ended.push(() => server.goAway());
      const { connectionString } = server;
      return () => {
        const store = openEventStoreDbEventStore({ connectionString, clock, chance: new SeededChance(1) });
        ended.push(() => store.close());
        return store.planes;
      };
    },
  ],
];

let made: string | undefined;
function folder(): string {
  if (made !== undefined) return made;
  const path = mkdtempSync(join(tmpdir(), 'holdfast-planes-'));
  ended.push(() => {
    rmSync(path, { recursive: true, force: true });
    made = undefined;
  });
  return (made = path);
}

describe.each(BOARDS)('the planes on %s', (_, open) => {
  it('see each other, the last that each said, and no more of who ended', async () => {
    const clock = new VirtualClock(NOW_MS);
    const board = await open(clock);
    const [one, other] = [board(), board()];
    expect(await one.read()).toEqual([]);
    await one.announce(says('a', 1));
    await other.announce(says('b', 1));
    await one.announce({ ...says('a', 2), state: 'waiting' });
    for (const each of [one, other, board()])
      expect(await byName(each)).toEqual([{ ...says('a', 2), state: 'waiting' }, says('b', 1)]);
    await one.withdraw('a');
    await one.withdraw('unheard-of');
    for (const each of [one, other, board()]) expect(await byName(each)).toEqual([says('b', 1)]);
  });

  it('see each other at once and all at the same time, over the end of a day', async () => {
    const clock = new VirtualClock(NOW_MS);
    const board = await open(clock);
    const planes = ['a', 'b', 'c', 'd'].map((name) => ({ name, own: board() }));
    for (const beat of [1, 2, 3]) {
      await Promise.all(planes.map(({ name, own }) => own.announce(says(name, beat, clock.now()))));
      for (const { own } of [...planes, { own: board() }])
        expect(await byName(own)).toEqual(planes.map(({ name }) => says(name, beat, clock.now())));
      await clock.advance(HOUR_MS / 60);
    }
  });
});

describe('the planes beside a file', () => {
  it('are for their owner’s eyes, pass over what is no announcement, and are cleared of what is a day old', async () => {
    const file = join(folder(), 'ledger.db');
    const board = new FilePlanes(file);
    mkdirSync(`${file}-planes`);
    writeFileSync(join(`${file}-planes`, 'torn.json'), '{"incarnation": "x"');
    writeFileSync(join(`${file}-planes`, 'other.json'), '[]');
    utimesSync(join(`${file}-planes`, 'other.json'), 0, 0);
    await board.announce(says('a', 1));
    expect(await board.read()).toEqual([says('a', 1)]);
    expect(readdirSync(`${file}-planes`).sort()).toEqual(['a.json', 'torn.json']);
    expect(statSync(join(`${file}-planes`, 'a.json')).mode & 0o777).toBe(0o600);
    await expect(board.announce(says('../a', 1))).rejects.toThrow(TypeError);
  });

  it('say that they cannot be known where the folder cannot be made', async () => {
    const board = new FilePlanes(join(folder(), 'missing', 'ledger.db'));
    await expect(board.announce(says('a', 1))).rejects.toBeInstanceOf(StoreFault);
    expect(await board.read()).toEqual([]);
  });
});

it('are no part of an EventStoreDB ledger: whoever reads the log does not see them', async () => {
  const server = await EventStoreDbContractServer.start();
  ended.push(() => server.goAway());
  const { connectionString } = server;
  const clock = new VirtualClock(NOW_MS);
  const store = openEventStoreDbEventStore({ connectionString, clock, chance: new SeededChance(1) });
  ended.push(() => store.close());
  await store.planes.announce(says('a', 1));
  for await (const page of store.readAll(undefined)) expect(page).toEqual([]);
});
