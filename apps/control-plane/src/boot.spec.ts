// Every combination of roles that a process may have boots, answers its probes, does what its roles are for and nothing else,
// and stops. Whatever its modules bind works only once the application is whole (Nest's own testing module boots it).
import 'reflect-metadata';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Test } from '@nestjs/testing';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { CommandBus } from '@nestjs/cqrs';
import { parseCidr } from '@holdfast/ipam';
import { AppModule } from './app.module';
import { readConfig, ROLES, type Role } from './config';
import { ControlPlane } from './control-plane';
import { httpAdapter } from './gateway/http/http-adapter';
import { Projectors } from './health/projectors';
import { ExecuteCommand } from './ledger/execute-command';

/** Those of four roles that may stand alone, and all that they may stand with. */
const COMBINATIONS: readonly (readonly Role[])[] = Array.from({ length: 2 ** ROLES.length - 1 }, (_, at) =>
  ROLES.filter((__, bit) => ((at + 1) >> bit) & 1),
);
const isCoherent = (roles: readonly Role[]): boolean =>
  roles.includes('reservation') || !(roles.includes('gateway') || roles.includes('kube-projector'));

const kubeconfigFor = (server: string): string =>
  JSON.stringify({
    ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'silent' },
    clusters: [{ name: 'silent', cluster: { server } }],
    users: [{ name: 'nobody', user: {} }],
    contexts: [{ name: 'silent', context: { cluster: 'silent', user: 'nobody' } }],
  });

/** A side that cannot be reached: it takes connections and says nothing. */
let silent: Server;
let silentPort = 0;
beforeAll(async () => {
  silent = createServer((socket) => socket.on('error', () => undefined).resume());
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  silentPort = (silent.address() as { port: number }).port;
});
afterAll(() => new Promise((resolve) => silent.close(resolve)));

function configOf(roles: readonly Role[]): ReturnType<typeof readConfig> {
  const ports = ['--http=127.0.0.1:0', '--grpc=127.0.0.1:0'];
  const sides = [`--northbound=tcp:127.0.0.1:${silentPort}`, `--southbound=tcp:127.0.0.1:${silentPort}`];
  return readConfig(['--store=memory:', `--roles=${roles.join(',')}`, ...ports, ...sides], {});
}

async function boot(roles: readonly Role[]): Promise<NestFastifyApplication> {
  const module = await Test.createTestingModule({ imports: [AppModule.with(configOf(roles))] })
    .setLogger(false as never)
    .compile();
  const app = module.createNestApplication<NestFastifyApplication>(
    httpAdapter({ forceCloseConnections: true }),
    {
      bodyParser: false,
    },
  );
  await app.init();
  await app.get(ControlPlane).start();
  await app.listen(0, '127.0.0.1');
  return app;
}

describe.each(COMBINATIONS.filter(isCoherent).map((roles) => [roles.join(' + '), roles] as const))(
  'a process with %s',
  (_, roles) => {
    let app: NestFastifyApplication;
    beforeAll(async () => {
      app = await boot(roles);
    });
    afterAll(() => app.close());

    const has = (role: Role): boolean => roles.includes(role);
    const get = async (path: string): Promise<number> => (await fetch(`${await app.getUrl()}${path}`)).status;

    it('answers its probes: it lives, and each role says whether it can do its work', async () => {
      // The Northbound takes connections and says nothing, so that its projector cannot work.
      const whole = has('ovn-projector') ? 503 : 200;
      expect([await get('/healthz'), await get('/readyz')]).toEqual([200, whole]);
      const expected: Record<Role, number> = {
        ...{ reservation: whole, gateway: whole, 'ovn-projector': 503, 'kube-projector': 404 },
      };
      for (const role of ROLES)
        expect([role, await get(`/readyz/${role}`)]).toEqual([role, has(role) ? expected[role] : 404]);
    });

    it('serves the contract if it is a gateway', async () => {
      const expected = has('gateway') ? 200 : 404;
      expect([await get('/v1/subnets'), await get('/openapi.json')]).toEqual([expected, expected]);
      expect(app.get(ControlPlane).grpcBound).toMatch(has('gateway') ? /^127\.0\.0\.1:\d+$/ : /^$/);
    });

    it('takes commands if it has the role', async () => {
      const envelope = {
        actor: { name: 'ann', through: 'http' },
        command: { type: 'DefineSubnet', subnet: 'blue', cidrs: [parseCidr('10.0.0.0/24')!] },
      } as const;
      const outcome = (async () => app.get(CommandBus).execute(new ExecuteCommand(envelope)))();
      await (has('reservation')
        ? expect(outcome).resolves.toMatchObject({ subnet: 'blue' })
        : expect(outcome).rejects.toThrow('No handler found'));
    });

    it('projects what it has a role for', () => {
      const names = app.get(Projectors).all.map(({ name }) => name);
      expect(names).toEqual(has('ovn-projector') ? ['ovn-northbound'] : []);
    });
  },
);

it('wires everything that can be configured', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-boot-'));
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(kubeconfig, kubeconfigFor(`https://127.0.0.1:${silentPort}`));
  const silentSide = `127.0.0.1:${silentPort}`;
  const sides = [`--northbound=tcp:${silentSide}`, `--southbound=tcp:${silentSide}`, `--nats=${silentSide}`];
  const kubernetes = [`--kubeconfig=${kubeconfig}`, '--pod-addresses=on'];
  const config = readConfig(['--store=memory:', ...kubernetes, ...sides], {});
  const module = await Test.createTestingModule({ imports: [AppModule.with(config)] })
    .setLogger(false as never)
    .compile();
  const names = module.get(Projectors).all.map(({ name }) => name);
  expect(names).toEqual(['ovn-northbound', 'kubernetes', 'pods', 'nats-events']);
  await module.close();
  rmSync(folder, { recursive: true });
});

it.each(
  COMBINATIONS.filter((roles) => !isCoherent(roles)).map((roles) => [roles.join(' + '), roles] as const),
)('refuses %s, which has nobody to hand commands to', (_, roles) => {
  const start = (): unknown =>
    readConfig(['--store=memory:', `--roles=${roles.join(',')}`, '--kubeconfig=/nowhere'], {});
  expect(start).toThrow('needs reservation in the same process');
});
