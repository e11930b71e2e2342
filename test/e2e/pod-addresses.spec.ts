// Pods as users make them: kubectl, an API server, an ovsdb-server, and the control plane as a process that is killed in
// between. Over the sandbox and over the real API server.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HttpClient } from '@holdfast/api/http-client';
import { type ControlPlaneProcess, startControlPlane } from '@holdfast/infra/servers/control-plane';
import { until } from '@holdfast/infra/demo/until';
import {
  findKubectl,
  installDefinitions,
  type KubernetesServer,
  MANIFESTS,
} from '@holdfast/kube-api/testing';
import { NORTHBOUND_SCHEMA, type OvsdbServer, startOvsdbServer } from '@holdfast/ovsdb/testing';
import { describeOverEachCluster } from './over-each-cluster';

const SUBNET = 'ovn-default';
const SUBNET_OBJECT = {
  apiVersion: 'kubeovn.io/v1',
  kind: 'Subnet',
  metadata: { name: SUBNET },
  spec: { cidrBlock: '10.16.0.0/24', default: true },
};

const noKubectl = findKubectl() ? undefined : 'kubectl is not installed';
describeOverEachCluster((startServer) => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-pods-'));
  let server: KubernetesServer;
  let northbound: OvsdbServer;
  let controlPlane: ControlPlaneProcess;

  const start = (): Promise<ControlPlaneProcess> =>
    startControlPlane({
      store: `sqlite:${join(folder, 'ledger.db')}`,
      kubeconfig: server.kubeconfigFile,
      northbound: northbound.unix,
      'pod-addresses': 'on',
    });
  const nbctl = (...args: string[]): string =>
    execFileSync('ovn-nbctl', [`--db=${northbound.unix}`, '--timeout=10', ...args], { encoding: 'utf8' });
  const kubectl = async (args: readonly string[], stdin?: string): Promise<string> => {
    const { code, stdout, stderr } = await server.kubectl([...args], stdin);
    if (code !== 0) throw new Error(stderr);
    return stdout;
  };
  const apply = (object: object): Promise<string> => kubectl(['apply', '-f', '-'], JSON.stringify(object));
  const pod = (podName: string, annotations: object = {}): object => ({
    ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name: podName, namespace: 'default', annotations } },
    spec: { containers: [{ name: 'main', image: 'example.com/none' }] },
  });
  const annotationsOf = async (podName: string): Promise<Record<string, string>> => {
    const { metadata } = JSON.parse(await kubectl(['get', 'pod', podName, '-o', 'json'])) as {
      readonly metadata: { readonly annotations?: Record<string, string> };
    };
    return metadata.annotations ?? {};
  };
  const addressOf = (podName: string): Promise<string> =>
    until(`the address of ${podName}`, async () => {
      const annotations = await annotationsOf(podName);
      const [ip, mac] = ['ip_address', 'mac_address'].map((word) => annotations[`ovn.kubernetes.io/${word}`]);
      return annotations['ovn.kubernetes.io/allocated'] === 'true' ? `${mac} ${ip}` : undefined;
    });
  const holders = async (): Promise<string[]> => {
    const client = new HttpClient({ baseUrl: controlPlane.http });
    const { reply } = await client.call('ListReservations', { subnet: SUBNET, pageSize: 1000 });
    return (reply?.reservations ?? []).map(({ holder }) => holder).sort();
  };
  const hold = (...expected: string[]): Promise<true> =>
    until(`held by ${expected.join(', ')} alone`, async () =>
      JSON.stringify(await holders()) === JSON.stringify(expected) ? true : undefined,
    );

  beforeAll(async () => {
    [server, northbound] = await Promise.all([
      startServer(),
      startOvsdbServer({ schema: NORTHBOUND_SCHEMA }),
    ]);
    await installDefinitions(server, MANIFESTS.holdfast);
    nbctl('ls-add', SUBNET);
    controlPlane = await start();
    await apply(SUBNET_OBJECT);
  }, 120_000);
  afterAll(async () => {
    await controlPlane?.stop();
    await northbound?.stop();
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  it('a Pod is told its address, has its port, and gives both up', async () => {
    await apply(pod('web'));
    const address = await addressOf('web');
    expect(address).toMatch(/^[0-9a-f:]{17} 10\.16\.0\.2$/);
    await until('the port', () => (nbctl('lsp-list', SUBNET).includes('(web.default)') ? true : undefined));
    expect(nbctl('lsp-get-addresses', 'web.default').trim()).toBe(address);
    await controlPlane.kill();
    await kubectl(['delete', 'pod', 'web', '--grace-period=0', '--force']);
    await apply(pod('web'));
    controlPlane = await start();
    expect(await addressOf('web')).toBe(address);
    await kubectl(['delete', 'pod', 'web', '--grace-period=0', '--force']);
    await hold();
    await until('no port', () => (nbctl('lsp-list', SUBNET).trim() === '' ? true : undefined));
  }, 120_000);

  it('a Pod that uses a Vip has exactly its addresses, and the next one waits for it', async () => {
    const spec = { subnet: SUBNET, v4ip: '10.16.0.77' };
    await apply({ apiVersion: 'kubeovn.io/v1', kind: 'Vip', metadata: { name: 'fixed' }, spec });
    await apply(pod('a', { 'ovn.kubernetes.io/vip': 'fixed' }));
    const address = await addressOf('a');
    expect(address).toMatch(/ 10\.16\.0\.77$/);
    await apply(pod('b', { 'ovn.kubernetes.io/vip': 'fixed' }));
    await until('the Event', async () =>
      (await kubectl(['get', 'events', '-o', 'name', '--field-selector=reason=ReservationInUse'])).trim() ===
      ''
        ? undefined
        : true,
    );
    await hold('vip/fixed');
    await kubectl(['delete', 'pod', 'a', '--grace-period=0', '--force']);
    expect(await addressOf('b')).toBe(address);
    await kubectl(['delete', 'pod', 'b', '--grace-period=0', '--force']);
  }, 120_000);
}, noKubectl);
