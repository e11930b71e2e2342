// Which ledger is this? Control planes with the wrong one, an older one or a copy of it, on a real Northbound and a real JetStream:
// they write nothing, give away nothing, say why, and keep nobody else from working.
import { execFile } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { HttpClient } from '@holdfast/api/http-client';
import { until } from '@holdfast/infra/demo/until';
import { type ControlPlaneProcess, startControlPlane } from '@holdfast/infra/servers/control-plane';
import { type NatsServer, startNatsServer } from '@holdfast/infra/servers/nats-server';
import { NORTHBOUND_SCHEMA, type OvsdbServer, startOvsdbServer } from '@holdfast/ovsdb/testing';

jest.setTimeout(120_000);

let folder: string;
let northbound: OvsdbServer;
let nats: NatsServer;
const planes: ControlPlaneProcess[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-which-'));
  [northbound, nats] = await Promise.all([
    startOvsdbServer({ schema: NORTHBOUND_SCHEMA }),
    startNatsServer(folder),
  ]);
});

afterEach(async () => {
  await Promise.all(planes.splice(0).map((plane) => plane.kill()));
  await Promise.all([northbound.stop(), nats.stop()]);
  rmSync(folder, { recursive: true, force: true });
});

const file = (name: string): string => join(folder, `${name}.db`);

type Sides = Readonly<Record<string, string>>;
const both = (): Sides => ({ northbound: northbound.unix, nats: nats.url });

async function start(
  name: string,
  sides: Sides = both(),
  flags: Readonly<Record<string, string>> = {},
): Promise<ControlPlaneProcess> {
  const plane = await startControlPlane({ store: `sqlite:${file(name)}`, ...sides, ...flags });
  planes.push(plane);
  return plane;
}

const clientOf = ({ http }: ControlPlaneProcess): HttpClient => new HttpClient({ baseUrl: http });

const define = (plane: ControlPlaneProcess): Promise<unknown> =>
  clientOf(plane).call('DefineSubnet', { name: 'blue', cidrs: ['10.50.0.0/24'] });

const reserve = (plane: ControlPlaneProcess, name: string) =>
  clientOf(plane).call('ReserveVip', { name, subnet: 'blue', namespace: 'default' });

async function given(plane: ControlPlaneProcess, name: string): Promise<void> {
  expect(await reserve(plane, name)).toMatchObject({ reply: { vip: { name } } });
}

/** The Vips that the Northbound has ports of. */
async function ports(): Promise<string> {
  const args = [
    `--db=${northbound.unix}`,
    '--bare',
    '--columns=name',
    'find',
    'Logical_Switch_Port',
    'type=virtual',
  ];
  const { stdout } = await promisify(execFile)('ovn-nbctl', args);
  return stdout.split('\n').filter(Boolean).sort().join(' ');
}

const projected = (expected: string): Promise<unknown> =>
  until(`the Northbound has ${expected}`, async () => ((await ports()) === expected ? true : undefined));

async function troubleOf(plane: ControlPlaneProcess): Promise<Record<string, string>> {
  const reply = await fetch(`${plane.http}/readyz`);
  return ((await reply.json()) as { trouble: Record<string, string> }).trouble;
}

/** No decision, and none before somebody decides; the same call may be made again. */
async function expectRefused(plane: ControlPlaneProcess, why: RegExp): Promise<void> {
  const fault: unknown = await reserve(plane, 'stolen').catch((thrown: unknown) => thrown);
  expect(fault).toMatchObject({ code: 'Unavailable', retryable: true, facts: { side: expect.any(String) } });
  expect((fault as Error).message).toMatch(new RegExp(`^Fenced: .*(${why.source})`));
}

/** It says so everywhere, and gives out nothing. */
async function expectFenced(plane: ControlPlaneProcess, trouble: RegExp, why = trouble): Promise<void> {
  await until('it is fenced', async () =>
    trouble.test(JSON.stringify(await troubleOf(plane))) ? true : undefined,
  );
  await expectRefused(plane, why);
  expect(plane.output()).toMatch(/"code":"(northbound|jetstream)-fenced"/);
}

/** A ledger with two Vips that are in effect. */
async function original(): Promise<ControlPlaneProcess> {
  const plane = await start('original');
  await define(plane);
  for (const name of ['a', 'b']) await given(plane, name);
  await projected('a b');
  return plane;
}

it('makes no ledger in silence where a side knows one, and gives out nothing from one that was made on demand', async () => {
  const plane = await original();
  await plane.stop();
  await expect(start('elsewhere')).rejects.toThrow(
    /no ledger at .*elsewhere.db, but the northbound knows one.*--new-ledger/s,
  );
  await expect(start('elsewhere', { nats: nats.url })).rejects.toThrow(/but the jetstream knows one/);
  const fresh = await start('elsewhere', both(), { 'new-ledger': 'true' });
  await define(fresh);
  await expectFenced(fresh, /OtherLedger/);
  expect(await ports()).toBe('a b');
  const again = await start('original');
  await given(again, 'c');
  await projected('a b c');
});

it('stays fenced as an older backup, also after it has passed the old end', async () => {
  const plane = await original();
  await plane.stop();
  copyFileSync(file('original'), file('backup'));
  const later = await start('original');
  await given(later, 'lost');
  await projected('a b lost');
  await later.stop();
  const restored = await start('backup');
  await expectFenced(restored, /UnknownIncarnation|Forked|LedgerBehind/);
  for (let at = 0; at < 6; at += 1)
    await clientOf(restored).call('DefineSubnet', { name: `more-${at}`, cidrs: [`10.6${at}.0.0/24`] });
  await expectFenced(restored, /northbound":"(UnknownIncarnation|Forked)/, /Forked|UnknownIncarnation/);
  expect(await ports()).toBe('a b lost');
});

it('keeps a copy from writing beside its original, and from its lock', async () => {
  const plane = await original();
  await plane.stop();
  copyFileSync(file('original'), file('clone'));
  const first = await start('original');
  await projected('a b');
  await until('the original works', async () =>
    ((await reserve(first, 'c')) as { reply?: object }).reply ? true : undefined,
  );
  const clone = await start('clone');
  await expectFenced(clone, /UnknownIncarnation|Forked|LedgerBehind/);
  await first.stop();
  const second = await start('original');
  await given(second, 'd');
  await projected('a b c d');
});

it('gives out nothing while another ledger’s plane holds the lock of the Northbound', async () => {
  const sides = { northbound: northbound.unix };
  const first = await start('first', sides);
  await define(first);
  await until('the first one has the lock', () =>
    given(first, 'z').then(
      () => true,
      () => undefined,
    ),
  );
  const second = await start('second', sides, { 'new-ledger': 'true' });
  await define(second);
  await expectRefused(second, /Uncompared|OtherLedger/);
  await given(first, 'a');
  await projected('a z');
  await expectFenced(second, /OtherLedger/);
});

it('gives out nothing beside another ledger’s plane where no mark is yet, since that one has the lock', async () => {
  const sides = { northbound: northbound.unix };
  const first = await start('first', sides);
  await until('the first one has the lock', async () =>
    (await fetch(`${first.http}/readyz/sides`)).ok ? true : undefined,
  );
  const second = await start('second', sides);
  await define(second);
  await expectRefused(second, /Uncompared/);
  await define(first);
  await given(first, 'a');
  await projected('a');
  await expectFenced(second, /OtherLedger/);
});
