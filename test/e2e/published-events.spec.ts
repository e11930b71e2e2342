// Committed events on NATS: all of them, in the order of the log, each with its id; and none lost over a crash of the
// control plane or of nats-server, because the stream itself tells where to go on.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HttpClient } from '@holdfast/api/http-client';
import { type ControlPlaneProcess, startControlPlane } from '@holdfast/infra/servers/control-plane';
import { until } from '@holdfast/infra/demo/until';
import { type NatsServer, startNatsServer } from '@holdfast/infra/servers/nats-server';
import { type NatsConnection, connect } from 'nats';

const STREAM = 'HOLDFAST_EVENTS';
const folder = mkdtempSync(join(tmpdir(), 'holdfast-events-'));
let nats: NatsServer;
let connection: NatsConnection;
let controlPlane: ControlPlaneProcess;

const start = () => startControlPlane({ store: `sqlite:${join(folder, 'ledger.db')}`, nats: nats.url });

beforeAll(async () => {
  nats = await startNatsServer(folder);
  controlPlane = await start();
  connection = await connect({ servers: nats.url });
}, 90_000);

afterAll(async () => {
  await connection?.close();
  await controlPlane?.stop();
  await nats?.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function reserve(from: number, to: number): Promise<void> {
  const client = new HttpClient({ baseUrl: controlPlane.http });
  await client.call('DefineSubnet', { name: 'net.one', cidrs: ['10.0.0.0/16'] });
  await Promise.all(
    Array.from({ length: to - from }, (_, at) =>
      client.call('ReserveAddress', { subnet: 'net.one', holder: `pod/default/p-${from + at}` }),
    ),
  );
}

interface Published {
  readonly subject: string;
  readonly id: string;
  readonly position: string;
  readonly type: string;
}

async function published(): Promise<Published[]> {
  const manager = await connection.jetstreamManager();
  const { state } = await manager.streams.info(STREAM);
  const messages: Published[] = [];
  for (let seq = state.first_seq; seq <= state.last_seq && state.messages > 0; seq += 1) {
    const message = await manager.streams.getMessage(STREAM, { seq });
    const event = message.json<{ id: string; position: string; type: string }>();
    expect(message.header.get('Nats-Msg-Id')).toBe(event.id);
    messages.push({ subject: message.subject, ...event });
  }
  return messages;
}

it('publishes every event once, in order, over a crash of the control plane', async () => {
  await reserve(0, 40);
  await until('41 events are out', async () => (await published()).length >= 41 || undefined);
  await controlPlane.kill();
  controlPlane = await start();
  await reserve(40, 60);
  const events = await until('61 events are out', async () => {
    const all = await published();
    return all.length >= 61 ? all : undefined;
  });
  const positions = events.map(({ position }) => Number(position));
  expect(positions).toEqual([...new Set(positions)].sort((a, b) => a - b));
  expect(new Set(events.map(({ id }) => id)).size).toBe(61);
  expect(events[0]?.subject).toBe('holdfast.v1.events.subnet.net_one.SubnetDefined');
  expect(events[1]?.subject).toBe('holdfast.v1.events.subnet.net_one.AddressReserved');
}, 60_000);

it('tells how Vips are used, on the subject of the subnet and the type', async () => {
  const seen: { subject: string; event: Record<string, unknown> }[] = [];
  const subscription = connection.subscribe('holdfast.v1.events.subnet.net_uses.>');
  const listening = (async () => {
    for await (const message of subscription) {
      seen.push({ subject: message.subject, event: message.json() });
    }
  })();
  await connection.flush();
  const client = new HttpClient({ baseUrl: controlPlane.http });
  const rule = {
    name: 'http',
    vip: 'uses-lb',
    ports: [{ port: 80 }],
    namespace: 'default',
    selector: ['app: a'],
  };
  await client.call('DefineSubnet', { name: 'net.uses', cidrs: ['10.1.0.0/24'], router: 'lr0' });
  await client.call('ReserveAddress', {
    subnet: 'net.uses',
    holder: 'octavia/p/a',
    port: 'a',
    portSecurity: true,
  });
  await client.call('ReserveVip', { name: 'uses', subnet: 'net.uses' });
  await client.call('GrantVipParent', { name: 'uses', port: 'a', options: { actor: 'octavia' } });
  await client.call('GrantVipParent', { name: 'uses', port: 'a' });
  await client.call('WithdrawVipParent', { name: 'uses', port: 'a', reason: 'failed' });
  await client.call('ReserveVip', { name: 'uses-lb', subnet: 'net.uses', type: 'switch_lb_vip' });
  await client.call('DefineRule', rule);
  await client.call('SetRuleBackends', { subnet: 'net.uses', name: 'http', backends: ['10.1.0.9'] });
  await client.call('ReviseRule', { subnet: 'net.uses', ...rule, affinity: 'client-ip' });
  await client.call('RetireRule', { subnet: 'net.uses', name: 'http', reason: 'done' });
  await until('all events are out', () => seen.find(({ subject }) => subject.endsWith('RuleRetired')));
  subscription.unsubscribe();
  await listening;
  expect(seen.map(({ subject, event }) => [subject.split('.').pop(), event['type']])).toEqual(
    seen.map(({ event }) => [event['type'], event['type']]),
  );
  const published = { name: 'http', subnet: 'net.uses', vip: 'uses-lb', affinity: 'none' };
  expect(seen.map(({ event }) => event)).toMatchObject([
    { type: 'SubnetDefined', definition: { router: 'lr0' } },
    { type: 'AddressReserved', holder: 'octavia/p/a', port: 'a', portSecurity: true },
    { type: 'VipReserved', holder: 'vip/uses' },
    { type: 'ParentGranted', holder: 'vip/uses', port: 'a', grantor: 'explicit', actor: 'octavia' },
    { type: 'ParentWithdrawn', holder: 'vip/uses', port: 'a', grantor: 'explicit', reason: 'failed' },
    { type: 'VipReserved', holder: 'vip/uses-lb' },
    { type: 'RuleDefined', holder: 'vip/uses-lb', ruleName: 'http', rule: published },
    { type: 'RuleBackendsChanged', ruleName: 'http', backends: { addresses: ['10.1.0.9'] } },
    { type: 'RuleRevised', ruleName: 'http', rule: { ...published, affinity: 'client-ip' } },
    { type: 'RuleRetired', holder: 'vip/uses-lb', ruleName: 'http', reason: 'done' },
  ]);
}, 30_000);

it('is found by service discovery, with every operation as an endpoint', async () => {
  const reply = await connection.request('$SRV.INFO.holdfast', '', { timeout: 5_000 });
  const info = reply.json<{ name: string; endpoints: { name: string; subject: string }[] }>();
  expect(info.name).toBe('holdfast');
  const subjects = info.endpoints.map(({ subject }) => subject);
  for (const subject of [
    'reservations.reserve',
    'vips.grant-parent',
    'vips.withdraw-parent',
    'rules.set-backends',
  ])
    expect(subjects).toContain(`holdfast.v1.${subject}`);
  const ping = await connection.request('$SRV.PING', '', { timeout: 5_000 });
  expect(ping.json<{ name: string }>().name).toBe('holdfast');
});
