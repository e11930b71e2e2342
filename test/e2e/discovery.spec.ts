// What a client can find out from the server alone: gRPC reflection and health, the OpenAPI document; and that careless
// input is refused by name over every transport and changes nothing.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as grpc from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { protoPath as healthProto } from 'grpc-health-check';
import { type ControlPlaneProcess, startControlPlane } from '@holdfast/infra/servers/control-plane';
import { type NatsServer, startNatsServer } from '@holdfast/infra/servers/nats-server';
import { connect } from 'nats';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-discovery-'));
let nats: NatsServer;
let controlPlane: ControlPlaneProcess;

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
  stream.write({ file_containing_symbol: 'holdfast.v1.RuleService' });
  stream.end();
  await ended;
  client.close();
  const [listed, described, ofRules] = answers;
  const names = listed?.['list_services_response']?.service?.map(({ name }) => name);
  const services = ['ReservationService', 'VipService', 'RuleService', 'PoolService', 'LabelService'].map(
    (name) => `holdfast.v1.${name}`,
  );
  expect(names).toEqual(expect.arrayContaining(services));
  const filesOf = (answer: (typeof answers)[number] | undefined) =>
    Buffer.concat(answer?.['file_descriptor_response']?.file_descriptor_proto ?? []);
  expect(filesOf(described).includes('ReserveAddressRequest')).toBe(true);
  expect(filesOf(ofRules).includes('SetRuleBackendsRequest')).toBe(true);
});

it.each(['SubnetService', 'VipService', 'RuleService', 'PoolService', 'LabelService'])(
  'answers gRPC health checks of %s',
  async (name) => {
    const client = clientOf(({ health }) => health.v1.Health, healthProto);
    const check = client['check'] as (
      request: object,
      done: (error: Error | null, reply: { status: string }) => void,
    ) => void;
    const { status } = await new Promise<{ status: string }>((resolve, reject) =>
      check.call(client, { service: `holdfast.v1.${name}` }, (error, reply) =>
        error ? reject(error) : resolve(reply),
      ),
    );
    client.close();
    expect(status).toBe('SERVING');
  },
);

it('serves an OpenAPI document of every HTTP operation', async () => {
  const document = (await (await fetch(`${controlPlane.http}/openapi.json`)).json()) as {
    openapi: string;
    paths: object;
  };
  expect(document.openapi).toMatch(/^3\.1/);
  expect(Object.keys(document.paths)).toEqual(
    expect.arrayContaining([
      '/v1/subnets',
      '/v1/vips/{name}',
      '/v1/vips/{name}/parents/{port}',
      '/v1/rules',
      '/v1/pools',
      '/v1/subnets/{subnet}/pools/{name}',
      '/v1/subnets/{subnet}/users/{holder}',
      '/v1/subnets/{subnet}/retention/{holder}',
      '/v1/subnets/{subnet}/rules/{name}/backends',
      '/v1/history',
    ]),
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

  const rule = '{"name":"a","vip":"b","ports":[{"port":80}]';

  it.each([
    ['no port', '{"name":"a","vip":"b"}', /^ports: /],
    ['a port that is none', '{"name":"a","vip":"b","ports":[{"port":"http"}]}', /^ports\[0\]: /],
    [
      'a port out of range',
      '{"name":"a","vip":"b","ports":[{"port":80},{"port":65536}]}',
      /^ports\[1\]\.port: /,
    ],
    [
      'an unknown protocol',
      '{"name":"a","vip":"b","ports":[{"port":80,"protocol":"icmp"}]}',
      /^ports\[0\]\.protocol: /,
    ],
    ['a selector that cannot be read', `${rule},"namespace":"n","selector":["a","b c"]}`, /^selector\[1\]: /],
    ['an endpoint that is no address', `${rule},"endpoints":["web-0"]}`, /^endpoints\[0\]: /],
    ['an unknown affinity', `${rule},"affinity":"sticky"}`, /^affinity: /],
    ["a place that is not the caller's to say", `${rule},"subnet":"c"}`, /^subnet: /],
  ])('a rule with %s is refused by name', async (_, body, message) => {
    const { status, rejection } = await post('/v1/rules', body);
    expect([status, rejection.code]).toEqual([400, 'InvalidArgument']);
    expect(rejection.message).toMatch(message);
  });

  it.each([
    ['a comma', 'a%2Cb'],
    ['a space', 'a%20b'],
    ['a line break', 'a%0Ab'],
    ['a quote', 'a%22'],
    ['too many characters', 'x'.repeat(256)],
  ])("a parent's name with %s is refused by name", async (_, port) => {
    const response = await fetch(`${controlPlane.http}/v1/vips/web/parents/${port}`, { method: 'PUT' });
    const rejection = (await response.json()) as { code: string; facts: { field: string } };
    expect([response.status, rejection.code, rejection.facts.field]).toEqual([
      400,
      'InvalidArgument',
      'port',
    ]);
  });

  it.each([
    ['users', '{"uid":"u"}', 'object'],
    ['users', '{"object":"pod/default/a"}', 'uid'],
    ['users', '{"object":"web-0","uid":"u"}', 'object'],
    ['users', '{"object":"pod/default/a","uid":"two words"}', 'uid'],
    ['users', '{"object":"pod/default/a","uid":"u","owner":"web"}', 'owner'],
    ['users', '{"object":"pod/default/a","uid":"u","evidence":{}}', 'evidence'],
  ])('%s of a holder given %s is refused by name', async (what, body, field) => {
    const { status, rejection } = await post(`/v1/subnets/net/${what}/vm/shop/db`, body);
    expect([status, rejection.code]).toEqual([400, 'InvalidArgument']);
    expect(rejection.message).toMatch(new RegExp(`^${field}\\b`));
  });

  it('names the methods that a path of users, owners, retention and pools knows', async () => {
    const allowed = async (path: string) =>
      (await fetch(`${controlPlane.http}/v1/subnets/net/${path}`, { method: 'PATCH' })).headers.get('allow');
    expect(await allowed('users/vm/shop/db')).toBe('POST, DELETE');
    expect(await allowed('primary-users/vm/shop/db')).toBe('PUT');
    expect(await allowed('owners/statefulset/shop/db/0')).toBe('DELETE');
    expect(await allowed('expired-reservations/vip%2Fweb')).toBe('DELETE');
    expect(await allowed('retention/vm/shop/db')).toBe('PUT');
    expect(await allowed('pools/mail')).toBe('PUT, DELETE, GET');
  });

  it('names the methods that a path of parents, rules and backends knows', async () => {
    const allowed = async (path: string) =>
      (await fetch(controlPlane.http + path, { method: 'PATCH' })).headers.get('allow');
    expect(await allowed('/v1/vips/web/parents/lb%2F1')).toBe('PUT, DELETE');
    expect(await allowed('/v1/rules')).toBe('POST, GET');
    expect(await allowed('/v1/subnets/net/rules/web')).toBe('PUT, DELETE, GET');
    expect(await allowed('/v1/subnets/net/rules/web/backends')).toBe('PUT');
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
  const ask = async (payload: string | Uint8Array, contentType?: string, subject = 'subnets.define') => {
    const { headers } = await import('nats');
    const sent = headers();
    if (contentType) sent.set('Content-Type', contentType);
    const reply = await connection.request(`holdfast.v1.${subject}`, payload, {
      timeout: 5_000,
      headers: sent,
    });
    return reply.headers?.get('Nats-Service-Error-Code');
  };
  expect(await ask('{')).toBe('400');
  expect(await ask('{"name":"a","bogus":1}')).toBe('400');
  expect(await ask(new Uint8Array([255, 255, 255]), 'application/protobuf')).toBe('400');
  expect(await ask('{}', 'text/html')).toBe('400');
  const asJson = (subject: string, payload: object) => ask(JSON.stringify(payload), undefined, subject);
  expect(await asJson('vips.grant-parent', { name: 'web' })).toBe('400');
  expect(await asJson('vips.grant-parent', { name: 'web', port: 'a', grantor: 'selector' })).toBe('400');
  expect(await asJson('vips.withdraw-parent', { name: 'web', port: 'a', reason: 'x'.repeat(1025) })).toBe(
    '400',
  );
  expect(await asJson('rules.set-backends', { subnet: 'a', name: 'b', backends: ['c'] })).toBe('400');
  expect(await asJson('rules.retire', { name: 'b' })).toBe('400');
  const ofDb = { subnet: 'a', holder: 'vm/shop/db' };
  expect(await asJson('reservations.attach-user', { ...ofDb, object: 'pod/shop/db' })).toBe('400');
  expect(await asJson('reservations.detach-user', { ...ofDb, uid: 'u', ownerState: 'away' })).toBe('400');
  expect(await asJson('reservations.set-retention', ofDb)).toBe('400');
  expect(await asJson('reservations.release', { ...ofDb, evidence: { object: 'pod/a/b' } })).toBe('400');
  expect(await asJson('pools.define', { subnet: 'a', name: 'b' })).toBe('400');
  await connection.close();
  const { position } = (await (await fetch(`${controlPlane.http}/v1/status`)).json()) as { position: string };
  expect(position).toBe('2');
});
