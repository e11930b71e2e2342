// Many clients ask at the same moment, over every transport: what users of inventories report again and again, that two of them
// get one address (netbox #2519, #3475 and #10282, nautobot #8297; seen by clients as terraform-provider-netbox #59,
// pynetbox #396, ansible_modules #133).
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonObject } from '@bufbuild/protobuf';
import { type ControlPlaneProcess, startControlPlane } from '@holdfast/infra/servers/control-plane';
import { type NatsServer, startNatsServer } from '@holdfast/infra/servers/nats-server';
import {
  type TransportAnswer,
  type TransportClient,
  grpcClient,
  httpClient,
  natsClient,
} from './transport-clients';

const CALLERS = 30;
const EACH = 5;

const folder = mkdtempSync(join(tmpdir(), 'holdfast-parallel-'));
let nats: NatsServer;
let controlPlane: ControlPlaneProcess;
let clients: readonly TransportClient[];

beforeAll(async () => {
  nats = await startNatsServer(folder);
  controlPlane = await startControlPlane({ store: `sqlite:${join(folder, 'ledger.db')}`, nats: nats.url });
  clients = [httpClient(controlPlane.http), grpcClient(controlPlane.grpc), await natsClient(nats.url)];
  await clients[0]?.call('DefineSubnet', { name: 'net', cidrs: ['10.0.0.0/16'] });
}, 90_000);
afterAll(async () => {
  for (const client of clients ?? []) await client.close();
  await controlPlane?.stop();
  await nats?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** From so many callers of each transport at once. */
function fromAll(
  ask: (client: TransportClient, caller: string) => Promise<TransportAnswer>,
): Promise<TransportAnswer[]> {
  const numbers = Array.from({ length: CALLERS }, (_, index) => index);
  return Promise.all(
    clients.flatMap((client) => numbers.map((index) => ask(client, `${client.name}-${index}`))),
  );
}

const addressIn = ({ reply }: TransportAnswer): unknown =>
  (reply?.['reservation'] as JsonObject | undefined)?.['v4'];

it('gives each of them an address of its own when all ask for the next free one', async () => {
  const received: unknown[] = [];
  for (let round = 0; round < EACH; round += 1)
    received.push(
      ...(
        await fromAll((client, caller) =>
          client.call('ReserveAddress', { subnet: 'net', holder: `pod/default/${caller}-${round}` }),
        )
      ).map(addressIn),
    );
  expect(received).toHaveLength(3 * CALLERS * EACH);
  expect(new Set(received).size).toBe(received.length);
  expect(received).not.toContain(undefined);
});

it('gives it to one of them when all ask for the same', async () => {
  const answers = await fromAll((client, caller) =>
    client.call('ReserveAddress', { subnet: 'net', holder: `pod/default/same-${caller}`, v4: '10.0.200.1' }),
  );
  expect(answers.filter(({ reply }) => reply)).toHaveLength(1);
  const refused = answers.flatMap(({ rejected }) => (rejected ? [rejected['code']] : []));
  expect(new Set(refused)).toEqual(new Set(['AddressTaken']));
});

it('gives one holder one address however many say it is theirs to ask for', async () => {
  const answers = await fromAll((client) =>
    client.call('ReserveAddress', { subnet: 'net', holder: 'pod/default/popular' }),
  );
  const received = answers.map(addressIn);
  expect(new Set(received).size).toBe(1);
  expect(received).not.toContain(undefined);
});
