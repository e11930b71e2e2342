// A rolling upgrade, with real processes: infra/docs/upgrade.md, command by command, on EventStoreDB's contract server; and the
// same on SQLite, where the second process waits. The older program is this one, held to a lower level: it decodes what it writes
// as an older one did, and judges the ledger's level as one would.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemChance, systemClock } from '@holdfast/clock';
import { openEventStoreDbEventStore } from '@holdfast/event-store/eventstoredb';
import { EventStoreDbContractServer } from '@holdfast/event-store/testing';
import { FORMAT_LEVEL } from '@holdfast/ipam';
import { LedgerIdentity, LedgerReader, toRejection } from '@holdfast/ledger';
import { Plane } from '../disks/plane';
import { documentSteps } from '../document-steps';
import { Shell } from '../shell';
import { planeControl } from './plane-control';

const CLI = join(__dirname, '../../../apps/cli/bin/holdfast.cjs');
const OLDER = FORMAT_LEVEL - 1;
/** EX_DATAERR */
const EXIT_UNREADABLE = 65;
const STEP_MS = 120_000;

let folder: string;
let server: EventStoreDbContractServer;
let store: string;
const planes: Plane[] = [];
const stops: (() => unknown)[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-upgrade-'));
  server = await EventStoreDbContractServer.start();
  store = `eventstoredb:${server.connectionString}`;
});
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
  await Promise.all(planes.splice(0).map((plane) => plane.kill()));
  server.goAway();
  rmSync(folder, { recursive: true, force: true });
});

async function start(starting: Promise<Plane>): Promise<Plane> {
  const plane = await starting;
  planes.push(plane);
  return plane;
}
const older = async (on = store): Promise<Plane> => (await start(Plane.startAtLevel(OLDER, on))).serves();
const newer = async (on = store): Promise<Plane> => (await start(Plane.start(on))).serves();

interface Status {
  readonly formatLevel: { readonly ledger: number; readonly program: number };
  readonly planes: readonly { readonly level: number; readonly state: string; readonly isSelf?: boolean }[];
}
const statusOf = async (plane: Plane): Promise<Status> =>
  (await plane.ask('GET', '/v1/status')).body as unknown as Status;
const untilPlanes = (plane: Plane, ...shown: readonly string[]): Promise<true> =>
  plane.until(async () => {
    const found = (await statusOf(plane)).planes.map(({ level, state }) => `${level} ${state}`).sort();
    return JSON.stringify(found) === JSON.stringify([...shown].sort()) || undefined;
  });
const finish = (plane: Plane) => plane.ask('POST', '/v1/upgrade', {});
const reserve = async (plane: Plane, name: string): Promise<unknown> =>
  (
    (await plane.ask('POST', '/v1/subnets/blue/reservations', { holder: `pod/default/${name}` })).body[
      'reservation'
    ] as {
      v4: string;
    }
  ).v4;
const define = (plane: Plane) => plane.ask('POST', '/v1/subnets', { name: 'blue', cidrs: ['10.0.0.0/24'] });

/** It ended with the clear word, and nothing was recorded by it. */
async function endsAsOlder(plane: Plane, level: number, ownLevel: number): Promise<void> {
  expect(await plane.ended()).toBe(EXIT_UNREADABLE);
  expect(plane.log).toContain(
    `this ledger is written at level ${level}, this program reads up to level ${ownLevel}`,
  );
}

it(
  'goes as the page shows: side by side, refused while the old one lives, finished after it',
  async () => {
    const old = await older();
    await define(old);
    const fresh = await newer();
    expect([await reserve(old, 'a'), await reserve(fresh, 'b'), await reserve(old, 'c')]).toEqual([
      ...['10.0.0.2', '10.0.0.3', '10.0.0.4'],
    ]);
    await untilPlanes(fresh, `${OLDER} serving`, `${FORMAT_LEVEL} serving`);
    const control = await planeControl(() => old.stop());
    stops.push(() => control.close());
    const shell = new Shell(
      folder,
      { HOLDFAST_SERVER: fresh.http },
      { holdfast: `require(${JSON.stringify(CLI)})`, systemctl: control.program },
    );
    stops.push(() => shell.stop());
    for (const { command, shown } of documentSteps('upgrade.md'))
      expect([command, nameless(await shell.type(command))]).toEqual([command, nameless(shown)]);
    const { position } = (await fresh.ask('GET', '/v1/status')).body;
    const again = await start(Plane.startAtLevel(OLDER, store));
    await endsAsOlder(again, FORMAT_LEVEL, OLDER);
    expect((await fresh.ask('GET', '/v1/status')).body['position']).toBe(position);
    expect(await reserve(fresh, 'd')).toBe('10.0.0.5');
  },
  STEP_MS,
);

it(
  'a plane that was killed holds the end of an upgrade up until it is known to be over',
  async () => {
    const old = await older();
    const fresh = await newer();
    await untilPlanes(fresh, `${OLDER} serving`, `${FORMAT_LEVEL} serving`);
    await old.kill();
    expect(await finish(fresh)).toMatchObject({ status: 409, body: { code: 'OlderPlaneLive' } });
    const answer = await fresh.until(async () => {
      const { status, body } = await finish(fresh);
      return status === 200 ? body : undefined;
    });
    expect(answer).toMatchObject({ level: FORMAT_LEVEL });
    expect((await statusOf(fresh)).formatLevel).toMatchObject({
      ledger: FORMAT_LEVEL,
      program: FORMAT_LEVEL,
    });
  },
  STEP_MS,
);

it(
  'a plane that runs when the level goes beyond it ends, says why, and starts no more',
  async () => {
    const plane = await newer();
    await define(plane);
    const time = { clock: systemClock, chance: systemChance };
    const { connectionString } = server;
    const opened = openEventStoreDbEventStore({ connectionString, ...time });
    const level = FORMAT_LEVEL + 1;
    const reader = new LedgerReader({ store: opened, ...time, programLevel: level });
    stops.push(() => reader.stop().then(() => opened.close()));
    await reader.start();
    const identity = new LedgerIdentity({
      ...{ store: opened, reader, ...time, refuse: toRejection, isSoleWriter: false },
      program: { version: '9.0.0', level },
    });
    await identity.start();
    await identity.raiseLevel({ actor: { name: 'ann', through: 'http' } });
    await endsAsOlder(plane, level, FORMAT_LEVEL);
    expect(plane.line('the log cannot be read; this process ends')).toBeDefined();
    const next = await start(Plane.start(store));
    await endsAsOlder(next, level, FORMAT_LEVEL);
  },
  STEP_MS,
);

it(
  'goes on SQLite by the process that waits, and is refused while an older one waits',
  async () => {
    const file = `sqlite:${join(folder, 'holdfast.db')}`;
    const old = await older(file);
    await define(old);
    const fresh = await start(Plane.start(file));
    await untilPlanes(old, `${OLDER} serving`, `${FORMAT_LEVEL} waiting`);
    // It raises nothing beyond itself.
    expect((await finish(old)).body).toMatchObject({ level: OLDER });
    await old.stop();
    await fresh.serves();
    expect((await statusOf(fresh)).formatLevel).toMatchObject({ ledger: OLDER, program: FORMAT_LEVEL });
    const waiting = await start(Plane.startAtLevel(OLDER, file));
    await untilPlanes(fresh, `${OLDER} waiting`, `${FORMAT_LEVEL} serving`);
    expect((await finish(fresh)).body['code']).toBe('OlderPlaneLive');
    expect(await waiting.stop()).toBe(0);
    expect(await finish(fresh)).toMatchObject({ status: 200, body: { level: FORMAT_LEVEL } });
    expect(await reserve(fresh, 'a')).toBe('10.0.0.2');
    const late = await start(Plane.startAtLevel(OLDER, file));
    await late.until(() => late.line('standing by'));
    await fresh.stop();
    await endsAsOlder(late, FORMAT_LEVEL, OLDER);
  },
  STEP_MS,
);

const nameless = (text: string): string =>
  text
    .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'UUID')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'T')
    .split('\n')
    .sort()
    .join('\n');
