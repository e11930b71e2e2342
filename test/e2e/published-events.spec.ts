// Committed events on NATS: all of them, in the order of the log, each with its id; and none lost over a crash of the
// control plane or of nats-server, because the stream itself tells where to go on.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HttpClient } from '@holdfast/api/http-client';
import { type ControlPlane, startControlPlane } from '@holdfast/infra/servers/control-plane';
import { until } from '@holdfast/infra/demo/until';
import { type NatsServer, startNatsServer } from '@holdfast/infra/servers/nats-server';
import { type NatsConnection, connect } from 'nats';

const STREAM = 'HOLDFAST_EVENTS';
const folder = mkdtempSync(join(tmpdir(), 'holdfast-events-'));
let nats: NatsServer;
let connection: NatsConnection;
let controlPlane: ControlPlane;

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
  expect(events.map(({ position }) => Number(position))).toEqual(
    Array.from({ length: 61 }, (_, at) => at + 1),
  );
  expect(new Set(events.map(({ id }) => id)).size).toBe(61);
  expect(events[0]?.subject).toBe('holdfast.v1.events.subnet.net_one.SubnetDefined');
  expect(events[1]?.subject).toBe('holdfast.v1.events.subnet.net_one.AddressReserved');
}, 60_000);

it('is found by service discovery, with every operation as an endpoint', async () => {
  const reply = await connection.request('$SRV.INFO.holdfast', '', { timeout: 5_000 });
  const info = reply.json<{ name: string; endpoints: { name: string; subject: string }[] }>();
  expect(info.name).toBe('holdfast');
  expect(info.endpoints.map(({ subject }) => subject)).toContain('holdfast.v1.reservations.reserve');
  const ping = await connection.request('$SRV.PING', '', { timeout: 5_000 });
  expect(ping.json<{ name: string }>().name).toBe('holdfast');
});
