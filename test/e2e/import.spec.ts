// A running cluster moves over from Kube-OVN without one address changing: its objects with Kube-OVN's own definitions, the
// command line and the control plane as processes.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ControlPlane, startControlPlane } from '@holdfast/infra/servers/control-plane';
import { until } from '@holdfast/infra/demo/until';
import {
  createObjects,
  installDefinitions,
  kubeOvn,
  MANIFESTS,
  type SandboxApiServer,
  startSandboxApiServer,
} from '@holdfast/kube/testing';

const { ip, node, ofSet, pod, pool, statefulSet, subnet, usedBy, vip } = kubeOvn;

const CLI = join(__dirname, '../../apps/cli/bin/holdfast.cjs');

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

interface Told {
  readonly steps: readonly { readonly state: string; readonly operation: string }[];
  readonly conflicts: readonly { readonly code: string; readonly heldBack: readonly string[] }[];
}

describe('a cluster that Kube-OVN ran', () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-import-'));
  let server: SandboxApiServer;
  let controlPlane: ControlPlane;

  const start = (flags: Readonly<Record<string, string>> = {}) =>
    startControlPlane({ store: `sqlite:${join(folder, 'ledger.db')}`, ...flags });

  const holdfast = (...args: string[]): Promise<Ended> =>
    new Promise((resolve) => {
      const env = { ...process.env, HOLDFAST_SERVER: controlPlane.http, KUBECONFIG: server.kubeconfigFile };
      execFile(process.execPath, [CLI, ...args], { env }, (error, out, err) =>
        resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, out, err }),
      );
    });
  const importing = async (...args: string[]): Promise<Told & { readonly code: number }> => {
    const { code, out, err } = await holdfast('import', 'kube-ovn', '-o', 'json', ...args);
    if (out === '') throw new Error(err);
    return { code, ...(JSON.parse(out) as Told) };
  };
  const json = async (...args: string[]): Promise<Record<string, unknown>> =>
    JSON.parse((await holdfast(...args, '-o', 'json')).out) as Record<string, unknown>;
  const statesOf = ({ steps }: Told): Record<string, number> =>
    Object.fromEntries(
      [...Map.groupBy(steps, ({ state }) => state)].map(([state, of]) => [state, of.length]),
    );
  const get = async (path: string): Promise<unknown> => (await server.request('GET', path)).body;
  const ofKubeOvn = (plural: string) => `/apis/kubeovn.io/v1/${plural}`;
  const PODS = '/api/v1/namespaces/default/pods';

  /** Everything in the cluster that says who has which address. */
  const addresses = async (): Promise<unknown> => {
    const list = async (path: string): Promise<readonly Listed[]> =>
      ((await get(path)) as { items: readonly Listed[] }).items;
    const [vips, ips, pods] = await Promise.all([
      list(ofKubeOvn('vips')),
      list(ofKubeOvn('ips')),
      list(PODS),
    ]);
    const status = ({ metadata, status: said }: Listed): unknown => [
      metadata.name,
      ...['v4ip', 'v6ip', 'mac'].map((field) => said?.[field] ?? ''),
    ];
    return {
      vips: vips.map(status),
      ips: ips.map(({ metadata, spec }) => [metadata.name, spec]),
      pods: pods.map(({ metadata }) => [metadata.name, metadata.annotations]),
    };
  };

  beforeAll(async () => {
    server = await startSandboxApiServer();
    await installDefinitions(server, MANIFESTS.kubeOvn);
    const spec = { gateway: '10.16.0.1', excludeIps: ['10.16.0.1'], default: true };
    await createObjects(server, [
      subnet('ovn-default', '10.16.0.0/16', spec),
      pool('db', { ips: ['10.16.1.0/24'], namespaces: ['default'] }),
      statefulSet('db', 2),
      node('n1'),
      pod('web', '10.16.0.5'),
      pod('db-0', '10.16.1.10', {}, ofSet('db')),
      pod('front', '10.16.0.100', { 'ovn.kubernetes.io/vip': 'site' }),
      ip('web.default', '10.16.0.5'),
      ip('db-0.default', '10.16.1.10', { podType: 'StatefulSet' }),
      ip('db-1.default', '10.16.1.11', { podType: 'StatefulSet' }),
      ip('front.default', '10.16.0.100'),
      ip('node-n1', '10.16.0.40', { podName: '', namespace: '' }),
      // Reserved without looking (D17), with the address of a Pod.
      ip('later.default', '10.16.0.5', { macAddress: '00:00:00:0a:00:99' }, LATER),
      vip('site', '10.16.0.100', {}, {}, usedBy('front.default')),
      vip('aap', '10.16.0.101', { namespace: 'default', selector: ['app: web'] }),
    ]);
    controlPlane = await start();
  }, 90_000);

  afterAll(async () => {
    await controlPlane?.stop();
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  }, 30_000);

  it('is shown first: what would be recorded and what is in conflict, and nothing is changed', async () => {
    const before = await addresses();
    const { code, out, err } = await holdfast('import', 'kube-ovn');
    expect([code, err]).toEqual([4, '']);
    expect(out).toContain('Conflict AddressTwice in subnet ovn-default: 10.16.0.5');
    expect(out).toContain('ips.kubeovn.io/later.default (spec): 10.16.0.5 00:00:00:0a:00:99 in ovn-default');
    expect(out).toContain('not recorded: pod/default/web, pod/default/later');
    expect(out).toContain('To record: 9; so already: 0; conflicts: 1 (2 held back). Nothing was changed');
    expect((await json('subnet', 'list'))['subnets']).toEqual([]);
    expect(await addresses()).toEqual(before);
  });

  it('is recorded but for what is in conflict', async () => {
    const before = await addresses();
    const told = await importing('--apply');
    expect([told.code, statesOf(told)]).toEqual([4, { recorded: 9 }]);
    expect(told.conflicts).toMatchObject([
      { code: 'AddressTwice', heldBack: ['pod/default/web', 'pod/default/later'] },
    ]);
    const { reservations } = (await json('reservation', 'list')) as { reservations: Reserved[] };
    expect(reservations.map(({ holder, v4, mac }) => [holder, v4, mac])).toEqual([
      ['node/n1', '10.16.0.40', '00:00:00:0a:00:28'],
      ['statefulset/default/db/0', '10.16.1.10', '00:00:00:0a:00:0a'],
      ['statefulset/default/db/1', '10.16.1.11', '00:00:00:0a:00:0b'],
      ['vip/aap', '10.16.0.101', '00:00:00:0a:00:65'],
      ['vip/site', '10.16.0.100', '00:00:00:0a:00:64'],
    ]);
    const { users } = reservations.find(({ holder }) => holder === 'vip/site') ?? {};
    expect(users).toMatchObject([{ object: 'pod/default/front', uid: expect.any(String), node: 'n1' }]);
    expect(await addresses()).toEqual(before);
  });

  it('is recorded whole once the conflict is settled, and then there is nothing left', async () => {
    await server.request('DELETE', `${ofKubeOvn('ips')}/later.default`);
    const settled = await importing('--apply');
    expect([settled.code, settled.conflicts, statesOf(settled)]).toEqual([
      0,
      [],
      { recorded: 2, 'so already': 9 },
    ]);
    const { position } = await json('reservation', 'list');
    const again = await importing('--apply');
    expect([again.code, statesOf(again)]).toEqual([0, { 'so already': 11 }]);
    expect((await json('reservation', 'list'))['position']).toBe(position);
    const { code, out } = await holdfast('import', 'kube-ovn');
    expect([code, out]).toEqual([0, 'To record: 0; so already: 11; conflicts: 0.\n']);
  });

  it('is carried on by the control plane without one address changing', async () => {
    const before = await addresses();
    const held = await json('reservation', 'list');
    await controlPlane.stop();
    controlPlane = await start({ kubeconfig: server.kubeconfigFile, 'pod-addresses': 'on' });
    await until('the Vips are its own', async () => {
      const { metadata } = (await get(`${ofKubeOvn('vips')}/aap`)) as Listed;
      return metadata.finalizers?.some((it) => it.includes('holdfast')) || undefined;
    });
    expect(await addresses()).toEqual(before);
    const after = await json('reservation', 'list');
    expect(after['reservations']).toEqual(held['reservations']);
    expect((await importing()).code).toBe(0);
  }, 60_000);

  it('has the addresses for those who come: an ordinal its own, a new Pod one of its pool', async () => {
    await createObjects(server, [pod('db-1', '', {}, ofSet('db')), pod('fresh', '')]);
    const addressOf = (name: string) =>
      until(`${name} has an address`, async () => {
        const { metadata } = (await get(`${PODS}/${name}`)) as Listed;
        return metadata.annotations?.['ovn.kubernetes.io/ip_address'];
      });
    expect(await addressOf('db-1')).toBe('10.16.1.11');
    // From the pool that is bound to its namespace.
    expect(await addressOf('fresh')).toBe('10.16.1.0');
    const { code, conflicts } = await importing();
    expect([code, conflicts]).toEqual([0, []]);
  }, 60_000);

  it('has its Vips released with their objects, as those that were reserved here', async () => {
    await server.request('DELETE', `${ofKubeOvn('vips')}/aap`);
    await until('the Vip is gone', async () => {
      const { code } = await holdfast('vip', 'get', 'aap');
      return code === 1 || undefined;
    });
    const { status } = await server.request('GET', `${ofKubeOvn('vips')}/aap`);
    expect(status).toBe(404);
  }, 60_000);
});

const LATER = { labels: { 'ovn.kubernetes.io/ip_reserved': 'true' } };

interface Listed {
  readonly metadata: {
    readonly name: string;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly finalizers?: readonly string[];
  };
  readonly spec?: object;
  readonly status?: Readonly<Record<string, unknown>>;
}

interface Reserved {
  readonly holder: string;
  readonly v4: string;
  readonly mac: string;
  readonly users?: readonly object[];
}
