// Two control planes on one ledger and one cluster: one works on it, the other stands by and takes over, whether the first is
// killed, stopped in order, or paused. The store is EventStoreDB's contract server; the API server is the sandbox, and a real one.
import { setTimeout as sleep } from 'node:timers/promises';
import { EventStoreDbContractServer } from '@holdfast/event-store/testing';
import { until } from '@holdfast/infra/demo/until';
import { type ControlPlaneProcess, startControlPlane } from '@holdfast/infra/servers/control-plane';
import {
  findKubectl,
  installDefinitions,
  kubeApiserverSkipReason,
  type KubernetesServer,
  MANIFESTS,
  startKubeApiserver,
} from '@holdfast/kube-api/testing';
import { describeOverEachCluster } from './over-each-cluster';

const VIPS = '/apis/kubeovn.io/v1/vips';
const LEASE = '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/holdfast-kube-projector';
/** As the issue of a killed holder has it; a busy machine starts no timer late by more than the rest. */
const TAKE_OVER_WITHIN_MS = 15_000;
/** Far less than a Lease lasts: nobody waited for its end. */
const AT_ONCE_MS = 5_000;
const STEP_MS = 60_000;

interface Activity {
  readonly state: string;
  readonly lease: string;
  readonly holder?: string;
  readonly since?: string;
}
interface Vip {
  readonly metadata: { readonly name: string; readonly resourceVersion: string };
  readonly status?: { readonly v4ip?: string; readonly conditions?: readonly { readonly type: string }[] };
}

describeOverEachCluster((startServer) => {
  let server: KubernetesServer;
  let store: EventStoreDbContractServer;
  const planes: ControlPlaneProcess[] = [];

  const start = async (): Promise<ControlPlaneProcess> => {
    const plane = await startControlPlane({
      store: `eventstoredb:${store.connectionString}`,
      kubeconfig: server.kubeconfigFile,
      'pod-addresses': 'on',
    });
    planes.push(plane);
    return plane;
  };
  const get = async <Body>(path: string): Promise<Body> => (await server.request('GET', path)).body as Body;
  const activityOf = async ({ http }: ControlPlaneProcess): Promise<Activity> => {
    const { activity } = (await (await fetch(`${http}/readyz`)).json()) as {
      readonly activity: Readonly<Record<'kubernetes' | 'pods', Activity>>;
    };
    expect(activity.pods).toEqual(activity.kubernetes);
    return activity.kubernetes;
  };
  const untilState = (plane: ControlPlaneProcess, state: string): Promise<Activity> =>
    until(`it is ${state}`, async () => {
      const activity = await activityOf(plane);
      return activity.state === state && activity.holder ? activity : undefined;
    });
  const apply = async (vip: string): Promise<void> => {
    const object = { apiVersion: 'kubeovn.io/v1', kind: 'Vip', metadata: { name: vip } };
    await server.request('POST', VIPS, { ...object, spec: { subnet: 'net' } });
  };
  const addressOf = (vip: string): Promise<string> =>
    until(`the address of ${vip}`, async () => (await get<Vip>(`${VIPS}/${vip}`)).status?.v4ip);
  /** Once nothing is written any more. */
  const versions = async (): Promise<readonly string[]> => {
    const { items } = await get<{ readonly items: readonly Vip[] }>(VIPS);
    return items.map(({ metadata }) => `${metadata.name} ${metadata.resourceVersion}`).sort();
  };
  /** One that works, and one that stands by. */
  const pair = async (): Promise<{ active: ControlPlaneProcess; standby: ControlPlaneProcess }> => {
    while (planes.length < 2) await start();
    const [one, other] = planes as [ControlPlaneProcess, ControlPlaneProcess];
    const isFirst = await until('one is active', async () => {
      const states = await Promise.all([one, other].map(async (plane) => (await activityOf(plane)).state));
      expect(states.filter((state) => state === 'active').length).toBeLessThanOrEqual(1);
      return states.includes('active') ? states[0] === 'active' : undefined;
    });
    return isFirst ? { active: one, standby: other } : { active: other, standby: one };
  };
  const gone = (plane: ControlPlaneProcess): unknown => planes.splice(planes.indexOf(plane), 1);

  beforeAll(async () => {
    [server, store] = await Promise.all([startServer(), EventStoreDbContractServer.start()]);
    await installDefinitions(server, MANIFESTS.holdfast);
    await server.request('POST', '/apis/kubeovn.io/v1/subnets', {
      ...{ apiVersion: 'kubeovn.io/v1', kind: 'Subnet', metadata: { name: 'net' } },
      spec: { cidrBlock: '10.16.0.0/24' },
    });
  }, 120_000);
  afterAll(async () => {
    for (const plane of planes) await plane.stop();
    store?.goAway();
    await server?.stop();
  }, 60_000);

  it(
    'one works; both tell who, since when, and by which Lease',
    async () => {
      const { active, standby } = await pair();
      await apply('first');
      expect(await addressOf('first')).toBe('10.16.0.2');
      const { holder, since } = await untilState(standby, 'standby');
      const lease = 'kube-system/holdfast-kube-projector';
      expect(await activityOf(active)).toEqual({ state: 'active', lease, holder, since });
      expect(await get(LEASE)).toMatchObject({
        spec: { holderIdentity: holder, leaseDurationSeconds: 10 },
      });
      const note = `standby: ${holder} holds the Lease ${lease} since ${since}`;
      // It says more until it has compared what the cluster shows.
      const projectors = await until('both say no more than who works', async () => {
        const status = (await (await fetch(`${standby.http}/v1/status`)).json()) as {
          readonly projectors: readonly { readonly trouble?: string; readonly notes?: readonly string[] }[];
        };
        return status.projectors.every(({ notes }) => notes?.[0] === note) ? status.projectors : undefined;
      });
      expect(projectors.filter(({ trouble }) => trouble)).toEqual([]);
      const override = await fetch(`${standby.http}/deletion-guards/Vip/override?missing=1`, {
        method: 'POST',
      });
      expect([override.status, await override.text()]).toEqual([409, expect.stringContaining('standby: ')]);
    },
    STEP_MS,
  );

  it(
    `takes over from one that is killed (-9), within ${TAKE_OVER_WITHIN_MS / 1000} s, and rewrites nothing`,
    async () => {
      const { active, standby } = await pair();
      const before = await versions();
      await active.kill();
      gone(active);
      const killedMs = performance.now();
      await apply('second');
      await untilState(standby, 'active');
      expect(performance.now() - killedMs).toBeLessThan(TAKE_OVER_WITHIN_MS);
      expect(await addressOf('second')).toBe('10.16.0.3');
      expect(await versions()).toEqual(expect.arrayContaining([...before]));
    },
    STEP_MS,
  );

  it(
    'takes over at once from one that is stopped in order (SIGTERM)',
    async () => {
      const { active, standby } = await pair();
      await untilState(standby, 'standby');
      const before = await versions();
      const stoppedMs = performance.now();
      const stopped = active.stop();
      await apply('third');
      await untilState(standby, 'active');
      expect(performance.now() - stoppedMs).toBeLessThan(AT_ONCE_MS);
      expect(await stopped).toBe(0);
      gone(active);
      expect(await addressOf('third')).toBe('10.16.0.4');
      expect(await versions()).toEqual(expect.arrayContaining([...before]));
    },
    STEP_MS,
  );

  it(
    'takes over from one that is paused, which stands by when it wakes and writes nothing',
    async () => {
      const { active, standby } = await pair();
      await untilState(standby, 'standby');
      process.kill(active.pid, 'SIGSTOP');
      try {
        await apply('fourth');
        await untilState(standby, 'active');
        expect(await addressOf('fourth')).toBe('10.16.0.5');
        await apply('fifth');
        await addressOf('fifth');
      } finally {
        process.kill(active.pid, 'SIGCONT');
      }
      const { holder } = await activityOf(standby);
      await until('it knows', async () => (await activityOf(active)).holder === holder || undefined);
      const settled = await versions();
      // Longer than it would need to write what it found to be due.
      await sleep(2_000);
      expect([await versions(), (await activityOf(active)).state]).toEqual([settled, 'standby']);
      expect((await activityOf(standby)).state).toBe('active');
    },
    STEP_MS,
  );
});

/** What infra/crds/rbac allows is what this takes; a real server says so. */
const noServer = kubeApiserverSkipReason() ?? (findKubectl() ? undefined : 'kubectl is not installed');
(noServer ? it.skip : it)(
  `the documented role allows its Lease, and no other${noServer ? ` [skipped: ${noServer}]` : ''}`,
  async () => {
    const server = await startKubeApiserver();
    try {
      const run = async (...args: string[]): Promise<string> => {
        const { stdout, stderr } = await server.kubectl(args);
        return (stdout + stderr).trim();
      };
      await run('apply', '-f', `${__dirname}/../../infra/crds/rbac/control-plane.yaml`);
      const role = ['rolebinding', 'holdfast-lease', '-n', 'kube-system', '--role=holdfast-lease'];
      expect(await run('create', ...role, '--serviceaccount=kube-system:holdfast')).toContain('created');
      const may = (verb: string, lease = ''): Promise<string> =>
        run(
          ...['auth', 'can-i', verb, `leases.coordination.k8s.io${lease}`, '-n', 'kube-system'],
          '--as=system:serviceaccount:kube-system:holdfast',
        );
      const own = '/holdfast-kube-projector';
      for (const verb of ['get', 'patch', 'watch'])
        expect([verb, await may(verb, own)]).toEqual([verb, 'yes']);
      expect(await may('create')).toBe('yes');
      for (const verb of ['patch', 'delete']) expect(await may(verb, '/another')).toMatch(/^no/);
    } finally {
      await server.stop();
    }
  },
  120_000,
);
