// `holdfast recover` where a control plane looks after a cluster and a Northbound: a lost file, an older backup and a fork. All three
// sides end in agreement, and no address has two owners on any of them. Over the sandbox and a real kube-apiserver.
import { execFile } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { HttpClient } from '@holdfast/api/http-client';
import { until } from '@holdfast/infra/demo/until';
import { type ControlPlaneProcess, startControlPlane } from '@holdfast/infra/servers/control-plane';
import { installDefinitions, type KubernetesServer, MANIFESTS } from '@holdfast/kube-api/testing';
import { NORTHBOUND_SCHEMA, type OvsdbServer, startOvsdbServer } from '@holdfast/ovsdb/testing';
import { describeOverEachCluster } from '../over-each-cluster';
import { rowTexts, runRecover } from './holdfast';

jest.setTimeout(180_000);

const VIPS = '/apis/kubeovn.io/v1/vips';
const SUBNETS = '/apis/kubeovn.io/v1/subnets';
const PODS = '/api/v1/namespaces/default/pods';

interface Vip {
  readonly metadata: { readonly name: string };
  readonly status?: { readonly v4ip?: string };
}
interface Pod {
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
}

describeOverEachCluster((startServer) => {
  let server: KubernetesServer;
  let northbound: OvsdbServer;
  let folder: string;
  const planes: ControlPlaneProcess[] = [];

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-recover-'));
    [server, northbound] = await Promise.all([
      startServer(),
      startOvsdbServer({ schema: NORTHBOUND_SCHEMA }),
    ]);
    await installDefinitions(server, MANIFESTS.holdfast);
  });
  afterEach(async () => {
    await Promise.all(planes.splice(0).map((plane) => plane.kill()));
    await Promise.all([server.stop(), northbound.stop()]);
    rmSync(folder, { recursive: true, force: true });
  });

  const file = (name: string): string => join(folder, `${name}.db`);
  const start = async (name: string, flags: Readonly<Record<string, string>> = {}) => {
    const sides = { kubeconfig: server.kubeconfigFile, northbound: northbound.unix, 'pod-addresses': 'on' };
    const plane = await startControlPlane({ store: `sqlite:${file(name)}`, ...sides, ...flags });
    planes.push(plane);
    return plane;
  };
  const run = (plane: ControlPlaneProcess, ...flags: string[]) =>
    runRecover(plane.http, '--kubeconfig', server.kubeconfigFile, '--northbound', northbound.unix, ...flags);
  const get = async <Body>(path: string): Promise<Body> => (await server.request('GET', path)).body as Body;
  const apply = async (path: string, kind: string, name: string, spec: object): Promise<void> => {
    await server.request('POST', path, {
      ...{ apiVersion: 'kubeovn.io/v1', kind, metadata: { name }, spec },
    });
  };
  const addVip = (name: string, spec: object = {}): Promise<void> =>
    apply(VIPS, 'Vip', name, { subnet: 'net', namespace: 'default', ...spec });
  const addPod = async (name: string): Promise<void> => {
    await server.request('POST', PODS, {
      ...{ apiVersion: 'v1', kind: 'Pod' },
      metadata: { name, annotations: { 'ovn.kubernetes.io/logical_switch': 'net' } },
      spec: { containers: [{ name: 'c', image: 'i' }] },
    });
  };
  const addressOf = (vip: string): Promise<string> =>
    until(`the address of ${vip}`, async () => (await get<Vip>(`${VIPS}/${vip}`)).status?.v4ip);
  const addressOfPod = (pod: string): Promise<string> =>
    until(
      `the address of ${pod}`,
      async () => (await get<Pod>(`${PODS}/${pod}`)).metadata.annotations?.['ovn.kubernetes.io/ip_address'],
    );

  /** `10.16.0.2 vip/a`, as each side has it. */
  const cluster = async (): Promise<readonly string[]> => {
    const vips = (await get<{ items: readonly Vip[] }>(VIPS)).items;
    const pods = (await get<{ items: readonly Pod[] }>(PODS)).items;
    const ofPod = ({ metadata: { annotations = {} } }: Pod): string =>
      annotations['ovn.kubernetes.io/ip_address'] ?? '';
    return [
      ...vips.map((vip) => `${vip.status?.v4ip ?? ''} vip/${vip.metadata.name}`),
      ...pods.map((pod) => `${ofPod(pod)} pod/default/${pod.metadata.name}`),
    ].sort();
  };
  const ledger = async ({ http }: ControlPlaneProcess): Promise<readonly string[]> => {
    const { reply } = await new HttpClient({ baseUrl: http }).call('ListReservations', { pageSize: 1000 });
    return (reply?.reservations ?? []).map(({ v4 = '', holder }) => `${v4} ${holder}`).sort();
  };
  const rows = async (): Promise<readonly string[]> => {
    const args = [
      `--db=${northbound.unix}`,
      '--format=json',
      '--columns=external_ids,options,addresses',
      'list',
    ];
    const { stdout } = await promisify(execFile)('ovn-nbctl', [...args, 'Logical_Switch_Port']);
    const { data } = JSON.parse(stdout) as {
      data: [[string, [string, string][]], [string, [string, string][]], string | object][];
    };
    return data
      .map(([[, ids], [, options], addresses]) => {
        const key = new Map(ids).get('holdfast:key') ?? '';
        if (key.startsWith('vip/'))
          return `${new Map(options).get('virtual-ip')} ${key.split('/').slice(0, 2).join('/')}`;
        return `${String(addresses).split(' ')[1]} ${key.replace('port/net/', '')}`;
      })
      .sort();
  };
  const fenced = (plane: ControlPlaneProcess): Promise<unknown> =>
    until('both sides are fenced', async () => {
      const { sides } = (await (await fetch(`${plane.http}/recovery`)).json()) as {
        sides: { state: string }[];
      };
      return sides.every(({ state }) => state === 'fenced') ? true : undefined;
    });
  /** The ledger, the cluster and the Northbound are alike, and nobody has what another has. */
  const expectAgreement = async (plane: ControlPlaneProcess): Promise<readonly string[]> => {
    await addVip('next');
    await addressOf('next');
    const texts = async () => JSON.stringify([await ledger(plane), await cluster(), await rows()]);
    await until('all sides are alike', async () => {
      const [first, ...others] = JSON.parse(await texts()) as string[][];
      return others.every((one) => JSON.stringify(one) === JSON.stringify(first)) ? true : undefined;
    });
    await until('all is well', async () => ((await fetch(`${plane.http}/readyz`)).ok ? true : undefined));
    const all = await ledger(plane);
    expect(new Set(all.map((text) => text.split(' ')[0])).size).toBe(all.length);
    expect(await run(plane)).toMatchObject({ code: 0, fenced: [] });
    return all;
  };
  /** A ledger with two Vips and a Pod. */
  const original = async (): Promise<ControlPlaneProcess> => {
    const plane = await start('original');
    await apply(SUBNETS, 'Subnet', 'net', { cidrBlock: '10.16.0.0/24' });
    for (const vip of ['a', 'b']) {
      await addVip(vip);
      await addressOf(vip);
    }
    await addPod('p');
    await addressOfPod('p');
    await until('the Northbound has all', async () => ((await rows()).length === 3 ? true : undefined));
    return plane;
  };

  it('a lost file: records what the cluster and the Northbound show, with whom it is for', async () => {
    await (await original()).stop();
    const before = await cluster();
    expect(await rows()).toEqual(before);
    const plane = await start('lost', { 'new-ledger': 'true' });
    await fenced(plane);
    const shown = await run(plane, '--choose=shown');
    expect(rowTexts(shown)).toEqual(before.map((text) => text.replace(' ', ' not recorded: ')));
    expect([await cluster(), await rows(), await ledger(plane)]).toEqual([before, before, []]);
    const applied = await run(plane, '--choose=shown', '--apply');
    expect(applied).toMatchObject({ code: 0, fenced: [], err: '' });
    const all = await expectAgreement(plane);
    for (const text of before) expect(all).toContain(text);
    const { uid } = (await get<Pod>(`${PODS}/p`)).metadata;
    const { reply } = await new HttpClient({ baseUrl: plane.http }).call('GetReservation', {
      ...{ subnet: 'net', holder: 'pod/default/p' },
    });
    expect(reply?.reservation?.users).toMatchObject([{ object: 'pod/default/p', uid }]);
  });

  it('an older backup: withholds what two hold, and lets an operator say whose it is', async () => {
    await (await original()).stop();
    copyFileSync(file('original'), file('backup'));
    const later = await start('original');
    const address = await addressOf('b');
    await server.request('DELETE', `${VIPS}/b`);
    await until('b is gone', async () =>
      (await ledger(later)).some((it) => it.endsWith('vip/b')) ? undefined : true,
    );
    await addVip('c', { v4ip: address });
    expect(await addressOf('c')).toBe(address);
    await until('the Northbound has c', async () =>
      (await rows()).includes(`${address} vip/c`) ? true : undefined,
    );
    await later.stop();
    const restored = await start('backup');
    await fenced(restored);
    const applied = await run(restored, '--choose=shown', '--apply');
    expect(applied).toMatchObject({ code: 4, fenced: [] });
    expect(rowTexts(applied)).toContain(`${address} withheld: vip/b, vip/c`);
    expect((await ledger(restored)).filter((text) => text.startsWith(`${address} `))).toEqual([]);
    const settled = await run(restored, '--holder', `${address}=vip/c`, '--apply');
    expect(settled).toMatchObject({ fenced: [], err: '' });
    expect(await expectAgreement(restored)).toContain(`${address} vip/c`);
  });

  it('a fork: goes on from the record where that is right, and puts the sides right', async () => {
    await (await original()).stop();
    copyFileSync(file('original'), file('fork'));
    const one = await start('original');
    await addVip('c');
    await addressOf('c');
    await until('the Northbound has c', async () => ((await rows()).length === 4 ? true : undefined));
    await one.stop();
    const fork = await start('fork');
    await fenced(fork);
    expect(await run(fork, '--choose=ledger', '--apply')).toMatchObject({ fenced: [], err: '' });
    const all = await expectAgreement(fork);
    expect(all.map((text) => text.split(' ')[1])).toEqual(
      expect.arrayContaining(['vip/a', 'vip/b', 'vip/c', 'vip/next', 'pod/default/p']),
    );
  });
});
