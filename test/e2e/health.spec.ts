// One truth: every server that the control plane depends on is lost and comes back, and status, readiness, exit code and log agree
// on what is down, since when, what waits and how old it is; and all of it ends when the server is back.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HttpClient } from '@holdfast/api/http-client';
import { type ControlPlaneProcess, startControlPlane } from '@holdfast/infra/servers/control-plane';
import { type NatsServer, startNatsServer } from '@holdfast/infra/servers/nats-server';
import { until } from '@holdfast/infra/demo/until';
import {
  installDefinitions,
  MANIFESTS,
  type SandboxApiServer,
  startSandboxApiServer,
  startWire,
  type Wire,
} from '@holdfast/kube-api/testing';
import { NORTHBOUND_SCHEMA, type OvsdbServer, startOvsdbServer } from '@holdfast/ovsdb/testing';

const VIPS = '/apis/kubeovn.io/v1/vips';
const SUBNETS = '/apis/kubeovn.io/v1/subnets';
const folder = mkdtempSync(join(tmpdir(), 'holdfast-health-'));
let northbound: OvsdbServer;
let nats: NatsServer;
let kubernetes: SandboxApiServer;
let wire: Wire;
let controlPlane: ControlPlaneProcess;
let client: HttpClient;
const log: Record<string, unknown>[] = [];

beforeAll(async () => {
  [northbound, nats, kubernetes] = await Promise.all([
    startOvsdbServer({ schema: NORTHBOUND_SCHEMA }),
    startNatsServer(folder),
    startSandboxApiServer(),
  ]);
  await installDefinitions(kubernetes, MANIFESTS.holdfast);
  wire = await startWire(kubernetes.url);
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(kubeconfig, kubernetes.kubeconfig.replace(kubernetes.url, wire.url));
  let rest = '';
  controlPlane = await startControlPlane(
    {
      store: `sqlite:${join(folder, 'ledger.db')}`,
      ...{ kubeconfig, nats: nats.url, northbound: northbound.unix, 'pod-addresses': 'on' },
    },
    (text) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) if (line.startsWith('{')) log.push(JSON.parse(line) as (typeof log)[number]);
    },
  );
  client = new HttpClient({ baseUrl: controlPlane.http });
  await until('all is well', allIsWell);
  // Its object's counts follow every reservation in it.
  const object = { apiVersion: 'kubeovn.io/v1', kind: 'Subnet', metadata: { name: 'blue' } };
  await kubernetes.request('POST', SUBNETS, { ...object, spec: { cidrBlock: '10.17.0.0/24' } });
  await until('the subnet is defined', async () =>
    (await client.call('GetSubnet', { name: 'blue' })).rejected ? undefined : true,
  );
  await until('all is well', allIsWell);
}, 120_000);

afterAll(async () => {
  await controlPlane?.stop();
  await Promise.all([wire?.close(), kubernetes?.stop(), nats?.stop(), northbound?.stop()]);
  rmSync(folder, { recursive: true, force: true });
});

const probe = async (path: string): Promise<number> => (await fetch(`${controlPlane.http}${path}`)).status;

async function status() {
  const { reply, rejected } = await client.call('GetStatus', {});
  if (rejected) throw new Error(rejected.message);
  return reply;
}

async function allIsWell(): Promise<true | undefined> {
  const { troubles } = await status();
  return troubles.length === 0 && (await probe('/readyz')) === 200 ? true : undefined;
}

/** Of `holdfast status`. */
function exitCode(): Promise<number> {
  const program = join(__dirname, '../../apps/cli/bin/holdfast.cjs');
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [program, 'status', '--server', controlPlane.http], () =>
      resolve(child.exitCode ?? -1),
    );
  });
}

const since = (from: number, msg: string) =>
  log
    .slice(from)
    .filter((line) => line['msg'] === msg)
    .map(({ server }) => server);

interface Loss {
  readonly name: string;
  readonly code: string;
  /** How the log names it. */
  readonly server: () => string;
  readonly projector: string;
  /** Of the role that cannot work; undefined: HTTP goes on. */
  readonly role: string | undefined;
  readonly lose: () => Promise<unknown>;
  readonly bring: () => Promise<unknown>;
}

const LOSSES: readonly Loss[] = [
  {
    ...{ name: 'the Northbound', code: 'ovn-northbound-unreachable', projector: 'ovn-northbound' },
    ...{ role: 'ovn-projector', server: () => northbound.unix },
    lose: () => northbound.kill(),
    bring: () => northbound.restart(),
  },
  {
    ...{ name: 'NATS', code: 'nats-unreachable', projector: 'nats-events' },
    ...{ role: undefined, server: () => nats.url },
    lose: () => nats.kill(),
    bring: async () => (nats = await startNatsServer(folder, Number(new URL(nats.url).port))),
  },
  {
    ...{ name: 'the API server', code: 'kubernetes-unreachable', projector: 'kubernetes' },
    ...{ role: 'kube-projector', server: () => wire.url },
    lose: async () => wire.cut(),
    bring: async () => wire.mend(),
  },
];

describe.each(LOSSES)('$name', ({ name, code, server, projector, role, lose, bring }) => {
  let from = 0;
  let lostMs = 0;

  it('is said to be lost once, by name, also while nothing has to be done there', async () => {
    from = log.length;
    lostMs = Date.now();
    await lose();
    const trouble = await until(`${name} is missed`, async () =>
      (await status()).troubles.find((each) => each.code === code),
    );
    expect(trouble).toMatchObject({ stops: true, server: server() });
    expect(Math.abs(Number(trouble.since?.seconds) * 1_000 - lostMs)).toBeLessThan(5_000);
    const gateway = role === undefined ? `/readyz/${projector}` : `/readyz/${role}`;
    expect([await probe('/healthz'), await probe('/readyz'), await probe(gateway)]).toEqual([200, 503, 503]);
    expect([await probe('/readyz/gateway'), await probe('/readyz/reservation')]).toEqual([200, 200]);
    expect(await exitCode()).toBe(4);
  });

  it('has a lag that is the age of what waits for it', async () => {
    const { reply, rejected } = await client.call('ReserveVip', {
      ...{ name: `vip-${projector}`, subnet: 'blue', namespace: 'default' },
    });
    expect([rejected, reply?.vip?.name]).toEqual([undefined, `vip-${projector}`]);
    const reservedMs = Date.now();
    const follower = await until('it lags by two seconds', async () => {
      const found = (await status()).projectors.find((each) => each.name === projector);
      return Number(found?.lag?.seconds ?? 0) >= 2 ? found : undefined;
    });
    const lagMs = Number(follower.lag?.seconds) * 1_000 + (follower.lag?.nanos ?? 0) / 1e6;
    expect(lagMs).toBeLessThanOrEqual(Date.now() - reservedMs + 2_000);
    expect(follower).toMatchObject({ waiting: expect.any(Number) as number });
    expect(follower.waiting).toBeGreaterThan(0);
  });

  it('is said to be back once, and all of that is over', async () => {
    await bring();
    await until('all is well', allIsWell);
    const { projectors, position } = await until('nothing lags', async () => {
      const all = await status();
      return all.projectors.every(({ lag }) => !lag?.seconds && !lag?.nanos) ? all : undefined;
    });
    expect(projectors.map((each) => each.position)).toEqual(projectors.map(() => position));
    expect(await exitCode()).toBe(0);
    expect([since(from, 'server lost; will retry'), since(from, 'server is back')]).toEqual([
      [server()],
      [server()],
    ]);
    // A line for what was lost, and one for its end; nothing for what was tried in between. Who works on a cluster is news of its own.
    const others = log.slice(from).map(({ msg }) => String(msg));
    expect(others.filter((msg) => !msg.startsWith('works on the cluster'))).toHaveLength(2);
  });
});

it('notices within 15 s that a permission is there again', async () => {
  const from = log.length;
  kubernetes.faults.fail({ times: Infinity, status: 403, when: ({ method }) => method === 'PATCH' });
  const object = { apiVersion: 'kubeovn.io/v1', kind: 'Vip', metadata: { name: 'late' } };
  await kubernetes.request('POST', VIPS, { ...object, spec: { subnet: 'blue' } });
  await until('it is forbidden', async () =>
    (await status()).troubles.find((each) => each.code === 'kubernetes-forbidden'),
  );
  expect(await exitCode()).toBe(4);
  kubernetes.faults.heal();
  const healedMs = Date.now();
  await until('all is well', allIsWell);
  expect(Date.now() - healedMs).toBeLessThan(15_000);
  expect(log.slice(from).map(({ msg, code }) => [msg, code])).toEqual([
    ['trouble began', 'kubernetes-forbidden'],
    ['trouble is over', 'kubernetes-forbidden'],
  ]);
}, 60_000);

it('says which roles run', () => {
  const [serving] = log.filter(({ msg }) => msg === 'serving');
  expect(serving?.['roles']).toBe('reservation,gateway,ovn-projector,kube-projector');
});
