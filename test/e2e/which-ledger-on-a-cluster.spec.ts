// Which ledger is this, on a cluster: a control plane with another ledger, an older one or a copy writes no status, gives nothing
// away that the cluster shows in use, says why, and keeps the right one from nothing. Over the sandbox and a real kube-apiserver.
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HttpClient } from '@holdfast/api/http-client';
import { until } from '@holdfast/infra/demo/until';
import { type ControlPlaneProcess, startControlPlane } from '@holdfast/infra/servers/control-plane';
import { installDefinitions, type KubernetesServer, MANIFESTS } from '@holdfast/kube-api/testing';
import { describeOverEachCluster } from './over-each-cluster';

jest.setTimeout(120_000);

const VIPS = '/apis/kubeovn.io/v1/vips';
const SUBNETS = '/apis/kubeovn.io/v1/subnets';
const MARK = '/api/v1/namespaces/kube-system/configmaps/holdfast-ledger';

interface Vip {
  readonly metadata: { readonly name: string; readonly resourceVersion: string };
  readonly status?: { readonly v4ip?: string; readonly observedPosition?: string };
}

describeOverEachCluster((startServer) => {
  let server: KubernetesServer;
  let folder: string;
  const planes: ControlPlaneProcess[] = [];

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-which-'));
    server = await startServer();
    await installDefinitions(server, MANIFESTS.holdfast);
  });
  afterEach(async () => {
    await Promise.all(planes.splice(0).map((plane) => plane.kill()));
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const file = (ledger: string): string => join(folder, `${ledger}.db`);
  const start = async (ledger: string, flags: Readonly<Record<string, string>> = {}) => {
    const plane = await startControlPlane({
      ...{ store: `sqlite:${file(ledger)}`, kubeconfig: server.kubeconfigFile, ...flags },
    });
    planes.push(plane);
    return plane;
  };
  const get = async <Body>(path: string): Promise<Body> => (await server.request('GET', path)).body as Body;
  const apply = async (path: string, kind: string, object: string, spec: object): Promise<void> => {
    await server.request('POST', path, {
      ...{ apiVersion: 'kubeovn.io/v1', kind, metadata: { name: object }, spec },
    });
  };
  const addVip = (vip: string): Promise<void> => apply(VIPS, 'Vip', vip, { subnet: 'net' });
  const addressOf = (vip: string): Promise<string> =>
    until(`the address of ${vip}`, async () => (await get<Vip>(`${VIPS}/${vip}`)).status?.v4ip);
  const statuses = async (): Promise<readonly string[]> => {
    const { items } = await get<{ readonly items: readonly Vip[] }>(VIPS);
    return items.map(
      ({ metadata, status }) => `${metadata.name} ${status?.v4ip} ${metadata.resourceVersion}`,
    );
  };
  const trouble = async ({ http }: ControlPlaneProcess): Promise<string> =>
    JSON.stringify(((await (await fetch(`${http}/readyz`)).json()) as { trouble: object }).trouble);
  const expectFenced = async (plane: ControlPlaneProcess, why: RegExp): Promise<void> => {
    await until('it is fenced', async () => (why.test(await trouble(plane)) ? true : undefined));
    const client = new HttpClient({ baseUrl: plane.http });
    const call = client.call('ReserveVip', { name: 'stolen', subnet: 'net', namespace: 'default' });
    const fault: unknown = await call.catch((thrown: unknown) => thrown);
    expect(fault).toMatchObject({ retryable: true, facts: { side: 'kubernetes' } });
  };
  /** A ledger with two Vips, of which the cluster shows the addresses. */
  const original = async (): Promise<ControlPlaneProcess> => {
    const plane = await start('original');
    await apply(SUBNETS, 'Subnet', 'net', { cidrBlock: '10.16.0.0/24' });
    for (const vip of ['a', 'b']) await addVip(vip);
    expect([await addressOf('a'), await addressOf('b')].sort()).toEqual(['10.16.0.2', '10.16.0.3']);
    return plane;
  };

  it('notes how far the statuses go before it writes one, and who writes', async () => {
    await original();
    const { data } = await get<{ readonly data: Readonly<Record<string, string>> }>(MARK);
    const { items } = await get<{ readonly items: readonly Vip[] }>(VIPS);
    for (const { status } of items)
      expect(Number(data['position'])).toBeGreaterThanOrEqual(Number(status?.observedPosition));
    expect(data).toMatchObject({ ledger: expect.any(String), incarnation: expect.any(String) });
  });

  it('gives no address to anybody after its file was lost, and none changes', async () => {
    await (await original()).stop();
    await expect(start('lost')).rejects.toThrow(/no ledger at .*lost.db, but the kubernetes knows one/);
    const before = await statuses();
    const fresh = await start('lost', { 'new-ledger': 'true' });
    await expectFenced(fresh, /OtherLedger/);
    await addVip('later');
    await expectFenced(fresh, /OtherLedger/);
    expect((await statuses()).filter((status) => !status.startsWith('later'))).toEqual(before);
    expect((await get<Vip>(`${VIPS}/later`)).status?.v4ip).toBeUndefined();
    await fresh.stop();
    await start('original');
    expect(await addressOf('later')).toBe('10.16.0.4');
  });

  it('is fenced by a status alone, where nobody noted whose it is', async () => {
    await (await original()).stop();
    await server.request('DELETE', MARK);
    const fresh = await start('other');
    await expectFenced(fresh, /LedgerBehind/);
  });

  it('keeps an older backup and a copy from the Lease', async () => {
    await (await original()).stop();
    copyFileSync(file('original'), file('backup'));
    const first = await start('original');
    await addVip('c');
    expect(await addressOf('c')).toBe('10.16.0.4');
    const backup = await start('backup');
    await expectFenced(backup, /UnknownIncarnation|Forked|LedgerBehind/);
    await first.stop();
    const before = await statuses();
    await addVip('d');
    await expectFenced(backup, /UnknownIncarnation|Forked|LedgerBehind/);
    expect((await statuses()).filter((status) => !status.startsWith('d'))).toEqual(before);
    await start('original');
    expect(await addressOf('d')).toBe('10.16.0.5');
  });

  it('lets one of two planes with a ledger each work, and no status ever changes between them', async () => {
    const first = await original();
    const second = await start('second', { 'new-ledger': 'true' });
    await expectFenced(second, /OtherLedger/);
    const before = await statuses();
    await addVip('c');
    expect(await addressOf('c')).toBe('10.16.0.4');
    expect((await statuses()).filter((status) => !status.startsWith('c'))).toEqual(before);
    expect(await trouble(first)).toBe('{}');
  });
});
