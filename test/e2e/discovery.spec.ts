// What a client can find out from the server alone: gRPC reflection and health, the OpenAPI document; and that careless
// input is refused by name at every door and changes nothing.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as grpc from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { protoPath as healthProto } from 'grpc-health-check';
import { type ControlPlane, startControlPlane } from '@holdfast/infra/servers/control-plane';
import { type NatsServer, startNatsServer } from '@holdfast/infra/servers/nats-server';
import { connect } from 'nats';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-discovery-'));
let nats: NatsServer;
let controlPlane: ControlPlane;

beforeAll(async () => {
  nats = await startNatsServer(folder);
  controlPlane = await startControlPlane({ store: 'memory:', nats: nats.url });
}, 90_000);

afterAll(async () => {
  await controlPlane?.stop();
  await nats?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const REFLECTION = join(
  require.resolve('@grpc/reflection/package.json'),
  '../build/proto/grpc/reflection/v1/reflection.proto',
);

interface Clients {
  readonly grpc: {
    readonly health: { readonly v1: { readonly Health: grpc.ServiceClientConstructor } };
    readonly reflection: { readonly v1: { readonly ServerReflection: grpc.ServiceClientConstructor } };
  };
}

function clientOf(
  pick: (loaded: Clients['grpc']) => grpc.ServiceClientConstructor,
  proto: string,
): grpc.Client & Record<string, (...args: never[]) => unknown> {
  const loaded = grpc.loadPackageDefinition(
    loadSync(proto, { keepCase: true, longs: String, enums: String, defaults: true, oneofs: true }),
  ) as unknown as Clients;
  return new (pick(loaded.grpc))(controlPlane.grpc, grpc.credentials.createInsecure()) as never;
}

it('lists its services by gRPC reflection, and describes their messages', async () => {
  const client = clientOf(({ reflection }) => reflection.v1.ServerReflection, REFLECTION);
  const stream = (
    client['ServerReflectionInfo'] as () => grpc.ClientDuplexStream<object, Record<string, never>>
  ).call(client);
  const answers: Record<string, { service?: { name: string }[]; file_descriptor_proto?: Buffer[] }>[] = [];
  const ended = new Promise<void>((resolve, reject) => stream.on('end', resolve).on('error', reject));
  stream.on('data', (answer) => answers.push(answer));
  stream.write({ list_services: '' });
  stream.write({ file_containing_symbol: 'holdfast.v1.ReserveAddressRequest' });
  stream.end();
  await ended;
  client.close();
  const [listed, described] = answers;
  const names = listed?.['list_services_response']?.service?.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(['holdfast.v1.ReservationService', 'holdfast.v1.VipService']));
  const files = described?.['file_descriptor_response']?.file_descriptor_proto ?? [];
  expect(Buffer.concat(files).includes('ReserveAddressRequest')).toBe(true);
});

it('answers gRPC health checks', async () => {
  const client = clientOf(({ health }) => health.v1.Health, healthProto);
  const check = client['check'] as (
    request: object,
    done: (error: Error | null, reply: { status: string }) => void,
  ) => void;
  const { status } = await new Promise<{ status: string }>((resolve, reject) =>
    check.call(client, { service: 'holdfast.v1.SubnetService' }, (error, reply) =>
      error ? reject(error) : resolve(reply),
    ),
  );
  client.close();
  expect(status).toBe('SERVING');
});

it('serves an OpenAPI document of every HTTP operation', async () => {
  const document = (await (await fetch(`${controlPlane.http}/openapi.json`)).json()) as {
    openapi: string;
    paths: object;
  };
  expect(document.openapi).toMatch(/^3\.1/);
  expect(Object.keys(document.paths)).toEqual(
    expect.arrayContaining(['/v1/subnets', '/v1/vips/{name}', '/v1/history']),
  );
});

describe('careless input over HTTP', () => {
  const post = async (path: string, body: string, type = 'application/json') => {
    const response = await fetch(controlPlane.http + path, {
      method: 'POST',
      body,
      headers: { 'content-type': type },
    });
    return {
      status: response.status,
      rejection: (await response.json()) as { code: string; message: string },
    };
  };

  it.each([
    ['no JSON', '{"name":', 400, 'InvalidArgument', /no JSON/],
    ['an unknown field', '{"name":"a","cidrs":["10.0.0.0/24"],"cidr":"x"}', 400, 'InvalidArgument', /cidr/],
    ['a wrong type', '{"name":5,"cidrs":["10.0.0.0/24"]}', 400, 'InvalidArgument', /name/],
    ['a list where one is wanted', '{"name":["a"],"cidrs":["10.0.0.0/24"]}', 400, 'InvalidArgument', /name/],
    ['no address block', '{"name":"a","cidrs":["10.0.0.0/33"]}', 400, 'InvalidArgument', /cidrs\[0\]/],
    ['an array', '[]', 400, 'InvalidArgument', /./],
    ['too much', `{"name":"${'a'.repeat(300_000)}"}`, 400, 'InvalidArgument', /bytes/],
  ])('%s is refused by name', async (_, body, status, code, message) => {
    const answer = await post('/v1/subnets', body);
    expect(answer).toMatchObject({
      status,
      rejection: { code, message: expect.stringMatching(message) as string },
    });
  });

  it('refuses what is far too much without reading it', async () => {
    const response = await fetch(`${controlPlane.http}/v1/subnets`, {
      method: 'POST',
      body: 'x'.repeat(2_000_000),
      headers: { 'content-type': 'application/json' },
    }).catch(() => undefined);
    expect(response?.status ?? 413).toBe(413);
  });

  it('names the methods that a path knows', async () => {
    const response = await fetch(`${controlPlane.http}/v1/vips/web`, { method: 'POST' });
    expect([response.status, response.headers.get('allow')]).toEqual([
      405,
      expect.stringContaining('GET') as string,
    ]);
  });
});

it('refuses careless input over NATS, and changed nothing through all of it', async () => {
  const connection = await connect({ servers: nats.url });
  const ask = async (payload: string | Uint8Array, contentType?: string) => {
    const { headers } = await import('nats');
    const told = headers();
    if (contentType) told.set('Content-Type', contentType);
    const reply = await connection.request('holdfast.v1.subnets.define', payload, {
      timeout: 5_000,
      headers: told,
    });
    return reply.headers?.get('Nats-Service-Error-Code');
  };
  expect(await ask('{')).toBe('400');
  expect(await ask('{"name":"a","bogus":1}')).toBe('400');
  expect(await ask(new Uint8Array([255, 255, 255]), 'application/protobuf')).toBe('400');
  expect(await ask('{}', 'text/html')).toBe('400');
  await connection.close();
  const { position } = (await (await fetch(`${controlPlane.http}/v1/status`)).json()) as { position: string };
  expect(position).toBe('');
});
