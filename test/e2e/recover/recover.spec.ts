// `holdfast recover` where a control plane writes to a real Northbound and a real JetStream: a lost file, an older backup, a fork and a
// copy. A dry run changes nothing; what is applied ends in agreement of all sides, and no address has two owners on any of them.
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
import { connect } from 'nats';
import { rowTexts, runRecover } from './holdfast';

jest.setTimeout(180_000);

let folder: string;
let northbound: OvsdbServer;
let nats: NatsServer;
const planes: ControlPlaneProcess[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-recover-'));
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

async function start(
  name: string,
  flags: Readonly<Record<string, string>> = {},
): Promise<ControlPlaneProcess> {
  const sides = { northbound: northbound.unix, nats: nats.url };
  const plane = await startControlPlane({ store: `sqlite:${file(name)}`, ...sides, ...flags });
  planes.push(plane);
  return plane;
}

const clientOf = ({ http }: ControlPlaneProcess): HttpClient => new HttpClient({ baseUrl: http });

const define = (plane: ControlPlaneProcess): Promise<unknown> =>
  clientOf(plane).call('DefineSubnet', { name: 'blue', cidrs: ['10.50.0.0/24'] });

/** A holder with a port of its own, which shows its address and its MAC. */
async function reserve(plane: ControlPlaneProcess, name: string, v4 = ''): Promise<string> {
  const holder = `pod/default/${name}`;
  const outcome = await clientOf(plane).call('ReserveAddress', {
    ...{ subnet: 'blue', holder, v4, port: `${name}.default` },
  });
  expect(outcome).toMatchObject({ reply: { reservation: { holder } } });
  return outcome.reply?.reservation?.v4 ?? '';
}

const release = (plane: ControlPlaneProcess, name: string): Promise<unknown> =>
  clientOf(plane).call('ReleaseAddress', { subnet: 'blue', holder: `pod/default/${name}` });

/** What the Northbound shows: `10.50.0.2 a.default`. */
async function ports(): Promise<readonly string[]> {
  const args = [`--db=${northbound.unix}`, '--format=json', '--columns=name,addresses', 'list'];
  const { stdout } = await promisify(execFile)('ovn-nbctl', [...args, 'Logical_Switch_Port']);
  const { data } = JSON.parse(stdout) as { data: [string, string | [string, string[]]][] };
  return data
    .map(([name, addresses]) => {
      const text = typeof addresses === 'string' ? addresses : (addresses[1][0] ?? '');
      return `${text.split(' ')[1] ?? ''} ${name}`;
    })
    .sort();
}

async function ledger(plane: ControlPlaneProcess): Promise<readonly string[]> {
  const { reply } = await clientOf(plane).call('ListReservations', { pageSize: 1000 });
  return (reply?.reservations ?? [])
    .map(({ v4 = '', holder }) => `${v4} ${holder.replace('pod/default/', '')}.default`)
    .sort();
}

const projected = (expected: readonly string[]): Promise<unknown> =>
  until(`the Northbound shows ${expected.join(', ')}`, async () =>
    JSON.stringify(await ports()) === JSON.stringify(expected) ? true : undefined,
  );

const fenced = (plane: ControlPlaneProcess): Promise<unknown> =>
  until('both sides are fenced', async () => {
    const { sides } = (await (await fetch(`${plane.http}/recovery`)).json()) as {
      sides: { state: string }[];
    };
    return sides.every(({ state }) => state === 'fenced') ? true : undefined;
  });

/** All sides are alike, nobody has what another has, and addresses are given out again. */
async function expectAgreement(plane: ControlPlaneProcess): Promise<void> {
  const next = await reserve(plane, 'next');
  await until('the Northbound is as the ledger', async () =>
    JSON.stringify(await ports()) === JSON.stringify(await ledger(plane)) ? true : undefined,
  );
  const shown = await ports();
  expect(shown).toContain(`${next} next.default`);
  expect(new Set(shown.map((text) => text.split(' ')[0])).size).toBe(shown.length);
  await until('everything works', async () => ((await fetch(`${plane.http}/readyz`)).ok ? true : undefined));
  const again = await runRecover(plane.http, '--northbound', northbound.unix);
  expect({ ...again, rows: again.rows.filter(({ state }) => state !== 'agrees') }).toMatchObject({
    ...{ code: 0, fenced: [], rows: [] },
  });
}

/** A ledger with two holders that are in effect. */
async function original(): Promise<ControlPlaneProcess> {
  const plane = await start('original');
  await define(plane);
  for (const name of ['a', 'b']) await reserve(plane, name);
  await projected(['10.50.0.2 a.default', '10.50.0.3 b.default']);
  return plane;
}

/** What consumers of the stream got: subject by subject. */
async function published(): Promise<readonly string[]> {
  const connection = await connect({ servers: nats.url });
  try {
    const manager = await connection.jetstreamManager();
    const { state } = await manager.streams.info('HOLDFAST_EVENTS');
    const subjects: string[] = [];
    for (let seq = state.first_seq; seq <= state.last_seq; seq += 1)
      subjects.push((await manager.streams.getMessage('HOLDFAST_EVENTS', { seq })).subject);
    return subjects.map((subject) => subject.replace('holdfast.v1.events.subnet.', ''));
  } finally {
    await connection.close();
  }
}

it('a lost file: records what the Northbound shows, and changes nothing before it is told to', async () => {
  await (await original()).stop();
  const before = await ports();
  const plane = await start('lost', { 'new-ledger': 'true' });
  await define(plane);
  await fenced(plane);
  const shown = await runRecover(plane.http, '--northbound', northbound.unix, '--choose=shown');
  expect(rowTexts(shown)).toEqual([
    '10.50.0.2 not recorded: pod/default/a',
    '10.50.0.3 not recorded: pod/default/b',
  ]);
  expect(shown).toMatchObject({ code: 4, fenced: ['northbound', 'jetstream'] });
  expect([await ports(), await ledger(plane)]).toEqual([before, []]);
  const applied = await runRecover(plane.http, '--northbound', northbound.unix, '--choose=shown', '--apply');
  expect(applied).toMatchObject({ code: 0, fenced: [], err: '' });
  expect(await ledger(plane)).toEqual(before);
  expect(await ports()).toEqual(before);
  await expectAgreement(plane);
  await until('its own events are in the stream', async () =>
    (await published()).at(-1) === 'blue.AddressReserved' ? true : undefined,
  );
  const history = (await (await fetch(`${plane.http}/v1/history?address=10.50.0.2`)).json()) as object;
  expect((history as { events: object[] }).events).toMatchObject([
    { type: 'AddressReserved', through: 'recover' },
  ]);
});

it('a lost file: goes on from an empty ledger where that is said to be right', async () => {
  await (await original()).stop();
  const plane = await start('lost', { 'new-ledger': 'true' });
  await define(plane);
  await fenced(plane);
  const applied = await runRecover(
    plane.http,
    '--choose=ledger',
    '--apply',
    '--because',
    'staging was torn down',
  );
  expect(applied).toMatchObject({ code: 0, fenced: [] });
  await projected([]);
  await expectAgreement(plane);
});

it('an older backup: keeps both records apart, and gives what two hold to nobody until somebody says whose it is', async () => {
  const first = await original();
  await first.stop();
  copyFileSync(file('original'), file('backup'));
  const later = await start('original');
  await release(later, 'b');
  await reserve(later, 'c', '10.50.0.3');
  await reserve(later, 'd');
  await projected(['10.50.0.2 a.default', '10.50.0.3 c.default', '10.50.0.4 d.default']);
  await later.stop();
  const restored = await start('backup');
  await fenced(restored);
  const flags = ['--northbound', northbound.unix, '--choose=shown', '--apply'];
  const applied = await runRecover(restored.http, ...flags);
  expect(applied).toMatchObject({ code: 4, fenced: [] });
  expect(rowTexts(applied)).toEqual([
    '10.50.0.2 agrees: pod/default/a',
    '10.50.0.3 withheld: pod/default/b, pod/default/c',
    '10.50.0.4 agrees: pod/default/d',
  ]);
  expect(await ledger(restored)).toEqual(['10.50.0.2 a.default', '10.50.0.4 d.default']);
  await projected(['10.50.0.2 a.default', '10.50.0.4 d.default']);
  for (const name of ['b', 'c'])
    expect(
      await clientOf(restored).call('ReserveAddress', {
        subnet: 'blue',
        holder: `pod/default/${name}`,
        v4: '10.50.0.3',
      }),
    ).toMatchObject({
      rejected: { code: 'AddressWithheld', facts: { parties: 'pod/default/b,pod/default/c' } },
    });
  expect(await reserve(restored, 'e')).toBe('10.50.0.5');
  const settled = await runRecover(
    restored.http,
    '--northbound',
    northbound.unix,
    '--holder',
    '10.50.0.3=pod/default/c',
    '--apply',
  );
  expect(settled).toMatchObject({ code: 0, err: '' });
  await projected([
    '10.50.0.2 a.default',
    '10.50.0.3 c.default',
    '10.50.0.4 d.default',
    '10.50.0.5 e.default',
  ]);
  await expectAgreement(restored);
});

it('an older backup: is right where that is said, and the stream goes on with its own events', async () => {
  await (await original()).stop();
  copyFileSync(file('original'), file('backup'));
  const later = await start('original');
  await release(later, 'b');
  await reserve(later, 'c', '10.50.0.3');
  await projected(['10.50.0.2 a.default', '10.50.0.3 c.default']);
  await later.stop();
  const restored = await start('backup');
  await fenced(restored);
  expect(await runRecover(restored.http, '--choose=ledger', '--apply')).toMatchObject({
    code: 0,
    fenced: [],
  });
  await projected(['10.50.0.2 a.default', '10.50.0.3 b.default']);
  await expectAgreement(restored);
  // What both have in common is not told again; what the other one told stands.
  await until('its new event is in the stream', async () =>
    (await published()).length === 6 ? true : undefined,
  );
  expect(await published()).toEqual([
    'blue.SubnetDefined',
    ...['blue.AddressReserved', 'blue.AddressReserved'],
    ...['blue.AddressReleased', 'blue.AddressReserved'],
    'blue.AddressReserved',
  ]);
});

it('a fork and a copy: the one that is left goes on once the other is stopped', async () => {
  await (await original()).stop();
  copyFileSync(file('original'), file('clone'));
  const first = await start('original');
  await reserve(first, 'c');
  await projected(['10.50.0.2 a.default', '10.50.0.3 b.default', '10.50.0.4 c.default']);
  const clone = await start('clone');
  await fenced(clone);
  await first.stop();
  const shown = await runRecover(clone.http, '--northbound', northbound.unix);
  expect(rowTexts(shown)).toContain('10.50.0.4 not recorded: pod/default/c');
  const flags = ['--northbound', northbound.unix, '--choose=shown', '--apply'];
  expect(await runRecover(clone.http, ...flags)).toMatchObject({ code: 0, fenced: [] });
  await expectAgreement(clone);
  // Now it is the original that is a copy.
  await clone.stop();
  await fenced(await start('original'));
});

it('cut off in the middle: is run again, and ends as if it had not been', async () => {
  await (await original()).stop();
  const before = await ports();
  const cut = await start('lost', { 'new-ledger': 'true' });
  await define(cut);
  await fenced(cut);
  const recorded = await fetch(`${cut.http}/recovery/commands/ReserveAddress`, {
    method: 'POST',
    body: JSON.stringify({ subnet: 'blue', holder: 'pod/default/a', v4: '10.50.0.2', port: 'a.default' }),
  });
  expect(recorded.status).toBe(200);
  await cut.kill();
  const plane = await start('lost');
  await fenced(plane);
  expect(await ports()).toEqual(before);
  const shown = await runRecover(plane.http, '--northbound', northbound.unix);
  expect(rowTexts(shown)).toEqual([
    '10.50.0.2 agrees: pod/default/a',
    '10.50.0.3 not recorded: pod/default/b',
  ]);
  const flags = ['--northbound', northbound.unix, '--choose=shown', '--apply'];
  expect(await runRecover(plane.http, ...flags)).toMatchObject({ code: 0, fenced: [], err: '' });
  expect(await ledger(plane)).toEqual(before);
  await expectAgreement(plane);
});

it('takes nothing but what a recovery records, and decides about nothing but what was found', async () => {
  await (await original()).stop();
  const plane = await start('lost', { 'new-ledger': 'true' });
  await define(plane);
  await fenced(plane);
  const post = async (path: string, body: object): Promise<number> =>
    (await fetch(`${plane.http}/recovery/${path}`, { method: 'POST', body: JSON.stringify(body) })).status;
  const said = { choice: 'ledger', because: 'a guess', actor: 'ann' };
  expect(await post('commands/ReleaseAddress', { subnet: 'blue', holder: 'pod/default/a' })).toBe(404);
  expect(await post('commands/ReserveAddress', { subnet: 'blue', holder: 'pod/default/x' })).toBe(503);
  expect(await post('sides/northbound', { ...said, found: { ledger: 'another' } })).toBe(409);
  expect(await post('sides/northbound', said)).toBe(400);
  expect(await post('sides/kubernetes', { ...said, found: { ledger: 'another' } })).toBe(409);
  expect(await post('sides/elsewhere', { ...said, found: { ledger: 'another' } })).toBe(404);
  expect(await runRecover(plane.http, '--apply')).toMatchObject({ code: 2 });
  expect(await runRecover(plane.http, '--choose=shown')).toMatchObject({ code: 2 });
});
