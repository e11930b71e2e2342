// A running cluster moves over from Kube-OVN without one address changing, and without one port made anew: its objects with
// Kube-OVN's own definitions, its Northbound with rows as Kube-OVN writes them, the command line and the control plane as
// processes. Over the sandbox and over the real API server.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ControlPlaneProcess, startControlPlane } from '@holdfast/infra/servers/control-plane';
import { until } from '@holdfast/infra/demo/until';
import { createObjects, kubeOvn } from '@holdfast/kube-ovn-import/testing';
import {
  kubeApiserverSkipReason,
  type KubernetesServer,
  startKubeApiserver,
  startSandboxApiServer,
} from '@holdfast/kube-api/testing';
import { kubeOvnPort } from '@holdfast/ovn/testing';
import { NORTHBOUND_SCHEMA, type OvsdbServer, startOvsdbServer } from '@holdfast/ovsdb/testing';
import {
  createKubeOvnObjects,
  createKubeOvnRows,
  kubeOvnClusterSkipReason,
  ofKubeOvn,
  POD_PATH,
  portsIn,
  runNbctl,
  KUBE_OVN_SUBNET,
  surroundingsIn,
  vendorsIn,
} from './kube-ovn-cluster';

const CLI = join(__dirname, '../../apps/cli/bin/holdfast.cjs');

/** Two Pods that Kube-OVN gave one address. */
const TWINS = { 'twin-a': { at: 0x60, v4: '10.16.0.60' }, 'twin-b': { at: 0x61, v4: '10.16.0.60' } };
const { ip, MAC, pod, statefulSet, vipUsedBy, vip } = kubeOvn;
const MORE_OBJECTS = [
  ...Object.entries(TWINS).map(([name, { at, v4 }]) =>
    pod(name, v4, { 'ovn.kubernetes.io/mac_address': MAC(at) }),
  ),
  // A Vip that is kept for an ordinal whose Pod is gone just now.
  statefulSet('cache', 1),
  ip('cache-0.default', '10.16.0.110', { podType: 'StatefulSet' }),
  vip('kept', '10.16.0.110', {}, {}, vipUsedBy('cache-0.default')),
];

const OF_PODS = ['db-0.default', 'db-1.default', 'front.default', 'web.default'];
const UNEXPLAINED = `kube-ovn/${KUBE_OVN_SUBNET}/unexplained-10.16.0.77`;

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

interface ImportReport {
  readonly steps: readonly { readonly state: string; readonly operation: string }[];
  readonly ports: readonly { readonly state: string; readonly port: string }[];
  readonly conflicts: readonly { readonly code: string; readonly about: string }[];
}

describeOver('the sandbox', () => startSandboxApiServer(), kubeOvnClusterSkipReason());
describeOver(
  'a real kube-apiserver',
  () => startKubeApiserver(),
  kubeOvnClusterSkipReason() ?? kubeApiserverSkipReason(),
);

function describeOver(
  name: string,
  startServer: () => Promise<KubernetesServer>,
  skipReason: string | undefined,
): void {
  const title = `a cluster that Kube-OVN ran, over ${name}`;
  (skipReason ? describe.skip : describe)(skipReason ? `${title} [skipped: ${skipReason}]` : title, () =>
    movesOver(startServer),
  );
}

function movesOver(startServer: () => Promise<KubernetesServer>): void {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-import-'));
  let server: KubernetesServer;
  let northbound: OvsdbServer;
  let controlPlane: ControlPlaneProcess;
  /** What packets depend on, as it was at first. */
  let ports: Readonly<Record<string, unknown>>;
  let surroundings: unknown;

  const start = (flags: Readonly<Record<string, string>> = {}) =>
    startControlPlane({
      store: `sqlite:${join(folder, 'ledger.db')}`,
      northbound: northbound.unix,
      ...flags,
    });
  const holdfast = (...args: string[]): Promise<Ended> =>
    new Promise((resolve) => {
      const env = { ...process.env, HOLDFAST_SERVER: controlPlane.http, KUBECONFIG: server.kubeconfigFile };
      execFile(process.execPath, [CLI, ...args], { env }, (error, out, err) =>
        resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, out, err }),
      );
    });
  const importing = async (...args: string[]): Promise<ImportReport & { readonly code: number }> => {
    const flags = ['-o', 'json', '--northbound', northbound.unix];
    const { code, out, err } = await holdfast('import', 'kube-ovn', ...flags, ...args);
    if (out === '') throw new Error(err);
    return { code, ...(JSON.parse(out) as ImportReport) };
  };
  const json = async (...args: string[]): Promise<Record<string, unknown>> =>
    JSON.parse((await holdfast(...args, '-o', 'json')).out) as Record<string, unknown>;
  const countsOf = (of: readonly { readonly state: string }[]): Record<string, number> =>
    Object.fromEntries([...Map.groupBy(of, ({ state }) => state)].map(([state, all]) => [state, all.length]));
  const codesOf = ({ conflicts }: ImportReport): string[] =>
    conflicts.map(({ code, about }) => `${code} ${about}`).sort();
  const get = async (path: string): Promise<unknown> => (await server.request('GET', path)).body;
  const remove = (path: string) => server.request('DELETE', path, { gracePeriodSeconds: 0 });

  /** Everything in the cluster that says who has which address. */
  const addresses = async (): Promise<unknown> => {
    const list = async (path: string): Promise<readonly Listed[]> =>
      ((await get(path)) as { items: readonly Listed[] }).items;
    const [vips, ips, pods] = await Promise.all([
      list(ofKubeOvn('vips')),
      list(ofKubeOvn('ips')),
      list(POD_PATH),
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
    [server, northbound] = await Promise.all([
      startServer(),
      startOvsdbServer({ schema: NORTHBOUND_SCHEMA }),
    ]);
    await createKubeOvnObjects(server);
    await createObjects(server, MORE_OBJECTS);
    createKubeOvnRows(northbound);
    for (const [port, { at, v4 }] of Object.entries(TWINS))
      runNbctl(
        northbound,
        ...kubeOvnPort(KUBE_OVN_SUBNET, `${port}.default`, { addresses: `${kubeOvn.MAC(at)} ${v4}` }),
      );
    [ports, surroundings] = [portsIn(northbound), surroundingsIn(northbound)];
    controlPlane = await start();
  }, 120_000);

  afterAll(async () => {
    await controlPlane?.stop();
    await northbound?.stop();
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  it('is shown first: what would be recorded, which ports taken over, what is in conflict; nothing is changed', async () => {
    const before = await addresses();
    const { code, out, err } = await holdfast('import', 'kube-ovn', '--northbound', northbound.unix);
    expect([code, err]).toEqual([4, '']);
    expect(out).toContain(`Conflict AddressTwice in subnet ${KUBE_OVN_SUBNET}: 10.16.0.5`);
    expect(out).toContain(
      `ips.kubeovn.io/later.default (spec): 10.16.0.5 00:00:00:0a:00:99 in ${KUBE_OVN_SUBNET}`,
    );
    expect(out).toContain('not recorded: pod/default/web, pod/default/later');
    expect(out).toContain('Ports: to take over: 3. Nothing was changed; --apply records it');
    const { conflicts, ports: shown } = await importing();
    expect(codesOf({ conflicts } as ImportReport)).toEqual([
      'AddressTwice 10.16.0.5',
      'AddressTwice 10.16.0.60',
      'KubeOvnRuns kube-ovn-controller',
      'PortUnexplained 10.16.0.77',
      'RowDiffers aap',
    ]);
    expect(shown.map(({ port }) => port)).toEqual(OF_PODS.slice(0, 3));
    expect((await json('subnet', 'list'))['subnets']).toEqual([]);
    expect([await addresses(), portsIn(northbound)]).toEqual([before, ports]);
  }, 60_000);

  it('is recorded but for what is in conflict, whose addresses nobody gets; no port is touched while Kube-OVN runs', async () => {
    const before = await addresses();
    const vendors = vendorsIn(northbound);
    const report = await importing('--apply');
    expect([report.code, countsOf(report.steps), countsOf(report.ports)]).toEqual([
      4,
      { recorded: 15 },
      { 'to take over': 3 },
    ]);
    const { reservations } = (await json('reservation', 'list')) as { reservations: Reserved[] };
    expect(reservations.map(({ holder, v4, mac }) => [holder, v4, mac])).toEqual([
      [`kube-ovn/${KUBE_OVN_SUBNET}/held-back-10.16.0.5`, '10.16.0.5', expect.any(String)],
      [`kube-ovn/${KUBE_OVN_SUBNET}/held-back-10.16.0.60`, '10.16.0.60', expect.any(String)],
      [UNEXPLAINED, '10.16.0.77', expect.any(String)],
      ['node/n1', '10.16.0.40', '00:00:00:0a:00:28'],
      ['statefulset/default/db/0', '10.16.1.10', '00:00:00:0a:00:0a'],
      ['statefulset/default/db/1', '10.16.1.11', '00:00:00:0a:00:0b'],
      ['vip/aap', '10.16.0.101', '00:00:00:0a:00:65'],
      ['vip/kept', '10.16.0.110', '00:00:00:0a:00:6e'],
      ['vip/site', '10.16.0.100', '00:00:00:0a:00:64'],
    ]);
    const { users } = reservations.find(({ holder }) => holder === 'vip/site') ?? {};
    expect(users).toMatchObject([{ object: 'pod/default/front', uid: expect.any(String), node: 'n1' }]);
    const { retained } = reservations.find(({ holder }) => holder === 'vip/kept') ?? {};
    expect(retained).toMatchObject({ owner: 'statefulset/default/cache/0' });
    const other = await holdfast('reserve', KUBE_OVN_SUBNET, 'pod/default/thief', '--v4', '10.16.0.5');
    expect([other.code, other.err]).toEqual([1, expect.stringContaining('AddressTaken')]);
    expect([await addresses(), portsIn(northbound)]).toEqual([before, ports]);
    expect(vendorsIn(northbound)).toEqual(vendors);
  }, 60_000);

  it('is recorded whole once the conflicts are settled, and its ports are taken over in place', async () => {
    await remove(`${ofKubeOvn('ips')}/later.default`);
    await remove('/api/v1/namespaces/kube-system/pods/kube-ovn-controller-0');
    runNbctl(northbound, 'lsp-del', 'old.default');
    expect((await holdfast('release', KUBE_OVN_SUBNET, UNEXPLAINED)).code).toBe(0);
    ports = Object.fromEntries(Object.entries(ports).filter(([port]) => port !== 'old.default'));
    const settled = await importing('--apply');
    expect(codesOf(settled)).toEqual(['AddressTwice 10.16.0.60', 'RowDiffers aap']);
    expect([settled.code, countsOf(settled.steps), countsOf(settled.ports)]).toEqual([
      4,
      { recorded: 2, 'so already': 13 },
      { 'taken over': 4 },
    ]);
    expect(vendorsIn(northbound)).toEqual({
      holdfast: OF_PODS,
      'kube-ovn': ['aap', 'node-n1', `${KUBE_OVN_SUBNET}-ovn-cluster`, 'twin-a.default', 'twin-b.default'],
    });
    expect([portsIn(northbound), surroundingsIn(northbound)]).toEqual([ports, surroundings]);
    const { position } = await json('reservation', 'list');
    const again = await importing('--apply');
    expect([countsOf(again.steps), countsOf(again.ports)]).toEqual([
      { 'so already': 15 },
      { 'so already': 4 },
    ]);
    expect((await json('reservation', 'list'))['position']).toBe(position);
  }, 60_000);

  it('is carried on by the control plane without one address or port changing, and then there is nothing left', async () => {
    const before = await addresses();
    const held = await json('reservation', 'list');
    await controlPlane.stop();
    controlPlane = await start({ kubeconfig: server.kubeconfigFile, 'pod-addresses': 'on' });
    await until('the Vips are its own', async () => {
      const { metadata } = (await get(`${ofKubeOvn('vips')}/aap`)) as Listed;
      return metadata.finalizers?.some((it) => it.includes('holdfast')) || undefined;
    });
    const last = await until('its parent is granted', async () => {
      const report = await importing('--apply');
      return report.conflicts.length === 1 ? report : undefined;
    });
    // Still in dispute, and the Pods go on with what they have: see their annotations below.
    expect(codesOf(last)).toEqual(['AddressTwice 10.16.0.60']);
    expect(last.ports.find(({ port }) => port === 'aap')?.state).toBe('taken over');
    await until('the Pods in dispute are told', async () => {
      const { items } = (await get('/api/v1/namespaces/default/events')) as {
        items: readonly { reason?: string }[];
      };
      return items.some(({ reason }) => reason === 'AddressedByOthers') || undefined;
    });
    await until('nothing is in the projector’s way', async () => {
      const { projectors } = (await json('status')) as {
        projectors: readonly { name: string; trouble: string }[];
      };
      return projectors.find(({ name }) => name === 'ovn-northbound')?.trouble === '' || undefined;
    });
    expect([portsIn(northbound), surroundingsIn(northbound)]).toEqual([ports, surroundings]);
    expect(await addresses()).toEqual(before);
    const after = await json('reservation', 'list');
    expect(after['reservations']).toEqual(held['reservations']);
  }, 90_000);

  it('has the last dispute settled while the control plane runs', async () => {
    await remove(`${POD_PATH}/twin-b`);
    runNbctl(northbound, 'lsp-del', 'twin-b.default');
    ports = Object.fromEntries(Object.entries(ports).filter(([port]) => port !== 'twin-b.default'));
    const report = await importing('--apply');
    expect([report.code, codesOf(report)]).toEqual([0, []]);
    expect(report.ports.find(({ port }) => port === 'twin-a.default')?.state).toBe('taken over');
    expect(
      (await json('reservation', 'get', KUBE_OVN_SUBNET, 'pod/default/twin-a'))['reservation'],
    ).toMatchObject({
      v4: '10.16.0.60',
    });
    expect(portsIn(northbound)).toEqual(ports);
  }, 60_000);

  it('has the addresses for those who come: an ordinal its own and its very port, a new Pod one of its pool', async () => {
    const { ofSet } = kubeOvn;
    const usesKept = { 'ovn.kubernetes.io/vip': 'kept' };
    await createObjects(server, [
      pod('db-1', '', {}, ofSet('db')),
      pod('fresh', ''),
      pod('cache-0', '', usesKept, ofSet('cache')),
    ]);
    const addressOf = (podName: string) =>
      until(`${podName} has an address`, async () => {
        const { metadata } = (await get(`${POD_PATH}/${podName}`)) as Listed;
        return metadata.annotations?.['ovn.kubernetes.io/ip_address'];
      });
    expect(await addressOf('db-1')).toBe('10.16.1.11');
    expect(await addressOf('cache-0')).toBe('10.16.0.110');
    // From the pool that is bound to its namespace.
    expect(await addressOf('fresh')).toBe('10.16.1.0');
    await until('the port', () => vendorsIn(northbound)['holdfast']?.includes('fresh.default') || undefined);
    expect(portsIn(northbound)).toMatchObject(ports);
    const { code, conflicts } = await importing();
    expect([code, conflicts]).toEqual([0, []]);
  }, 60_000);

  it('has its Vips released with their objects, and their ports with them', async () => {
    await remove(`${ofKubeOvn('vips')}/aap`);
    await until('the Vip is gone', async () => {
      const { code } = await holdfast('vip', 'get', 'aap');
      return code === 1 || undefined;
    });
    expect((await server.request('GET', `${ofKubeOvn('vips')}/aap`)).status).toBe(404);
    await until('its port is gone', () => (portsIn(northbound)['aap'] ? undefined : true));
  }, 60_000);

  it('is given back, once the control plane has stopped', async () => {
    const before = portsIn(northbound);
    const backwards = ['import', 'kube-ovn', '--northbound', northbound.unix, '--give-back'];
    const shown = await holdfast(...backwards);
    expect([shown.code, shown.out]).toEqual([
      0,
      expect.stringContaining('To give back: 7. Nothing was changed'),
    ]);
    const hasty = await holdfast(...backwards, '--apply', '--timeout', '1s');
    expect([hasty.code, hasty.err]).toEqual([1, expect.stringContaining('ProjectorActive')]);
    await controlPlane.stop();
    const { code, out } = await holdfast(...backwards, '--apply');
    expect([code, out]).toEqual([0, expect.stringContaining('Given back: 7; To give back: 0.')]);
    expect(Object.keys(vendorsIn(northbound))).toEqual(['kube-ovn']);
    expect([portsIn(northbound), surroundingsIn(northbound)]).toEqual([before, surroundings]);
  }, 60_000);
}

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
  readonly retained?: object;
}
