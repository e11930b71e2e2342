// A start that cannot succeed ends: with a line in the log that has a message, names what is wrong, and an exit code that is not 0.
// An event that this version does not know is such a reason, whatever wrote it.
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemChance } from '@holdfast/clock';
import { openSqliteEventStore } from '@holdfast/event-store/sqlite';
import { Plane } from './disks/plane';

/** EX_DATAERR of sysexits(3). */
const EXIT_LOG_UNREADABLE = 65;
const folder = mkdtempSync(join(tmpdir(), 'holdfast-start-errors-'));
const planes: Plane[] = [];
let taken: Server;
let port = 0;

beforeAll(async () => {
  taken = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  port = (taken.address() as AddressInfo).port;
});

afterAll(async () => {
  for (const plane of planes) await plane.kill();
  await new Promise((resolve) => taken.close(resolve));
  rmSync(folder, { recursive: true });
});

async function start(store: string, ...flags: readonly string[]): Promise<Plane> {
  const plane = await Plane.start(store, ...flags);
  planes.push(plane);
  return plane;
}

it('ends at an event that it does not know, and says which one and where it stands', async () => {
  const file = join(folder, 'newer.db');
  const plane = await Plane.serving(`sqlite:${file}`);
  planes.push(plane);
  await plane.ask('POST', '/v1/subnets', { name: 'blue', cidrs: ['10.0.0.0/24'] });
  expect(await plane.stop()).toBe(0);
  const store = await openSqliteEventStore({ file });
  let version = -1;
  for await (const page of store.readStream('subnet-blue', 0))
    version = page[page.length - 1]?.version ?? version;
  const atMs = Date.now();
  const metadata = { atMs, issuedAtMs: atMs, actor: 'ann', through: 'http', commandId: systemChance.uuid() };
  const event = { id: systemChance.uuid(), type: 'BlockReserved:7', data: '{}' };
  await store.append('subnet-blue', version, [{ ...event, metadata: JSON.stringify(metadata) }]);
  await store.close();
  const again = await start(`sqlite:${file}`);
  expect(await again.ended()).toBe(EXIT_LOG_UNREADABLE);
  expect(again.line('could not start')).toMatchObject({
    ...{ level: 50, code: 'event-unreadable' },
    fault: expect.stringMatching(
      /BlockReserved:7 at position \d+ \(subnet-blue, version 1\).*run the version of Holdfast that wrote it/,
    ) as string,
  });
}, 120_000);

it.each([
  ['a port that is taken', () => [`--http=127.0.0.1:${port}`], () => `127.0.0.1:${port}`],
  [
    'a NATS server that is not there',
    () => [`--nats=nats://ann:secret@127.0.0.1:${port}`],
    () => `the NATS server nats://127.0.0.1:${port} cannot be reached`,
  ],
  ['a Northbound whose address is none', () => ['--northbound=foo'], () => 'foo'],
])(
  'ends with %s, and says so in the log',
  async (_, flags, complaint) => {
    const plane = await start('memory:', ...flags());
    expect(await plane.ended()).toBe(1);
    const line = plane.line('could not start');
    expect(line).toMatchObject({ level: 50, fault: expect.stringContaining(complaint()) as string });
    expect(plane.log).not.toContain('secret');
    for (const json of plane.log.split('\n').filter((each) => each.startsWith('{')))
      expect(JSON.parse(json)).toHaveProperty('msg');
  },
  120_000,
);

it.each([
  [
    'eventstoredb:esdb://ann:secret@127.0.0.1?colour=blue',
    'it has a key that there is none of; there are tls',
  ],
  ['eventstoredb:esdb://ann:se@secret@127.0.0.1', 'in a user or password write %40 for it'],
  ['eventstoredb:esdb://ann:secret@a?tlsCAFile=/nowhere', 'Failed to load certificate file'],
  ['eventstore:esdb://ann:secret@a', 'eventstore:esdb://a is none of'],
])(
  'ends with the store %s, and shows no secret of it',
  async (store, complaint) => {
    const plane = await start(store);
    expect(await plane.ended()).toBe(1);
    expect(plane.log).toContain(complaint);
    expect(plane.log).not.toContain('secret');
  },
  120_000,
);
