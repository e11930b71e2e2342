// The seed's manifests, as users apply them: kubectl, a kube-apiserver, an ovsdb-server, and the control plane as a
// process. Over the sandbox and over the real API server; with our definitions and with Kube-OVN's.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ControlPlaneProcess, startControlPlane } from '@holdfast/infra/servers/control-plane';
import {
  type KubernetesServer,
  MANIFESTS,
  findKubectl,
  installDefinitions,
  kubeApiserverSkipReason,
  startKubeApiserver,
  startSandboxApiServer,
} from '@holdfast/kube-api/testing';
import { NORTHBOUND_SCHEMA, type OvsdbServer, startOvsdbServer } from '@holdfast/ovsdb/testing';
import { until } from '@holdfast/infra/demo/until';

const SUBNET = join(MANIFESTS.holdfast, '../demo/subnet-ovn-default.yaml');
const SEED = ['vip-dynamic-01', 'static-vip01', 'vip-aap', 'slr-01', 'pod-use-vip'];
const SEED_HEADER = ['NAME', 'V4IP', 'PV4IP', 'MAC', 'PMAC', 'V6IP', 'PV6IP', 'SUBNET', 'READY'];

const noKubectl = findKubectl() ? undefined : 'kubectl is not installed';

describeSeed(
  'the sandbox, with our definitions',
  () => startSandboxApiServer(),
  MANIFESTS.holdfast,
  noKubectl,
);
describeSeed("the sandbox, with Kube-OVN's", () => startSandboxApiServer(), MANIFESTS.kubeOvn, noKubectl);
describeSeed(
  'a real kube-apiserver, with our definitions',
  () => startKubeApiserver(),
  MANIFESTS.holdfast,
  kubeApiserverSkipReason(),
);
describeSeed(
  "a real kube-apiserver, with Kube-OVN's",
  () => startKubeApiserver(),
  MANIFESTS.kubeOvn,
  kubeApiserverSkipReason(),
);

function describeSeed(
  name: string,
  startServer: () => Promise<KubernetesServer>,
  definitions: string,
  skipReason: string | undefined,
): void {
  const describeOrSkip = skipReason ? describe.skip : describe;
  describeOrSkip(skipReason ? `over ${name} [skipped: ${skipReason}]` : `over ${name}`, () => {
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-seed-'));
    let server: KubernetesServer;
    let northbound: OvsdbServer;
    let controlPlane: ControlPlaneProcess;

    const start = () =>
      startControlPlane({
        store: `sqlite:${join(folder, 'ledger.db')}`,
        kubeconfig: server.kubeconfigFile,
        northbound: northbound.unix,
      });
    const nbctl = (...args: string[]): string =>
      execFileSync('ovn-nbctl', [`--db=${northbound.unix}`, '--timeout=10', ...args], { encoding: 'utf8' });
    const kubectl = async (...args: string[]): Promise<string> => {
      const { code, stdout, stderr } = await server.kubectl(args);
      if (code !== 0) throw new Error(stderr);
      return stdout;
    };
    const status = async (vip: string): Promise<Record<string, unknown>> =>
      (JSON.parse(await kubectl('get', 'vip', vip, '-o', 'json')) as { status?: Record<string, unknown> })
        .status ?? {};

    beforeAll(async () => {
      [server, northbound] = await Promise.all([
        startServer(),
        startOvsdbServer({ schema: NORTHBOUND_SCHEMA }),
      ]);
      await installDefinitions(server, definitions);
      nbctl('ls-add', 'ovn-default');
      // Somebody else's port, whose name one of the seed's Vips will have.
      nbctl(
        'lsp-add',
        'ovn-default',
        'foreign',
        '--',
        'lsp-set-addresses',
        'foreign',
        '00:00:00:00:00:09 10.16.0.9',
      );
      controlPlane = await start();
    }, 90_000);

    afterAll(async () => {
      await controlPlane?.stop();
      await northbound?.stop();
      await server?.stop();
      rmSync(folder, { recursive: true, force: true });
    }, 30_000);

    it('reserves what the manifests ask for, whatever order they come in', async () => {
      for (const vip of SEED) await kubectl('apply', '-f', join(MANIFESTS.examples, `${vip}.yaml`));
      await kubectl('apply', '-f', SUBNET);
      await until('the Vips have addresses', async () => {
        const all = await Promise.all(SEED.filter((vip) => vip !== 'slr-01').map(status));
        return all.every(({ v4ip }) => typeof v4ip === 'string' && v4ip !== '') || undefined;
      });
      expect(await status('static-vip01')).toMatchObject({ v4ip: '10.16.0.121' });
    }, 60_000);

    it('says why slr-01, whose address is outside the subnet, is not ready', async () => {
      const conditions = await until('slr-01 has conditions', async () => {
        const { conditions } = await status('slr-01');
        return Array.isArray(conditions) && conditions.length > 0
          ? (conditions as { reason: string }[])
          : undefined;
      });
      expect(conditions.map(({ reason }) => reason)).toContain('AddressOutOfRange');
      await until('slr-01 has an Event', async () => {
        const events = await kubectl('get', 'events', '-A', '-o', 'json');
        return events.includes('AddressOutOfRange') || undefined;
      });
    }, 60_000);

    if (definitions === MANIFESTS.holdfast) {
      it('prints the columns of the seed', async () => {
        const [header = '', ...rows] = (await kubectl('get', 'vip')).trim().split('\n');
        expect(header.split(/\s+/)).toEqual(SEED_HEADER);
        const ready = Object.fromEntries(
          rows.map((row) => [row.split(/\s+/)[0], row.trim().split(/\s+/).pop()]),
        );
        expect(ready).toMatchObject({ 'vip-dynamic-01': 'true', 'static-vip01': 'true', 'slr-01': 'false' });
      });
    }

    it('projects the Vip with a namespace, beside rows that are not ours', async () => {
      await until('vip-aap is in the Northbound', () => nbctl('show').includes('vip-aap') || undefined);
      const { v4ip } = await status('vip-aap');
      expect(nbctl('lsp-get-type', 'vip-aap').trim()).toBe('virtual');
      expect(nbctl('lsp-get-options', 'vip-aap')).toContain(`virtual-ip=${String(v4ip)}`);
      expect(nbctl('--bare', '--columns=external_ids', 'list', 'Logical_Switch', 'ovn-default').trim()).toBe(
        '',
      );
      expect(nbctl('lsp-get-addresses', 'foreign').trim()).toBe('00:00:00:00:00:09 10.16.0.9');
    });

    it('lets the annotated Pod answer for the Vip, and nobody once its labels do not match', async () => {
      // The Pod's port as Kube-OVN makes it: not ours.
      const own = '00:00:00:e2:ab:0c 10.16.0.7';
      nbctl('lsp-add', 'ovn-default', 'busybox.default');
      nbctl(
        'lsp-set-addresses',
        'busybox.default',
        own,
        '--',
        'lsp-set-port-security',
        'busybox.default',
        own,
      );
      await kubectl('apply', '-f', join(MANIFESTS.examples, 'pod-busybox-aap.yaml'));
      const { v4ip } = await status('vip-aap');
      const row = await until('the Pod is a parent', () => {
        const columns = nbctl('list', 'Logical_Switch_Port', 'vip-aap');
        return columns.includes('virtual-parents') ? columns : undefined;
      });
      expect(columnsOf(row)).toMatchObject({
        name: 'vip-aap',
        type: 'virtual',
        addresses: '[]',
        port_security: '[]',
        options: `{virtual-ip=${String(v4ip)}, virtual-parents=busybox.default}`,
      });
      const security = () => nbctl('lsp-get-port-security', 'busybox.default').trim();
      await until('the Pod may send from it', () => security() === `${own} ${String(v4ip)}` || undefined);
      expect(nbctl('lsp-get-addresses', 'busybox.default').trim()).toBe(own);
      await kubectl('label', 'pod', 'busybox', 'app=other', '--overwrite');
      await until('the Pod is none any more', () => security() === own || undefined);
      expect(nbctl('lsp-get-options', 'vip-aap')).not.toContain('virtual-parents');
      const life = await fetch(`${controlPlane.http}/v1/history?vip=vip-aap`);
      const { events } = (await life.json()) as { events: { type: string; evidence?: { object: string } }[] };
      const grants = events.filter(({ type }) => type.startsWith('Parent'));
      expect(grants.map(({ type, evidence }) => [type, evidence?.object]).sort()).toEqual([
        ['ParentGranted', 'pod/default/busybox'],
        ['ParentWithdrawn', 'pod/default/busybox'],
      ]);
    }, 60_000);

    it('keeps every address through a kill -9 and a restart', async () => {
      const before = await Promise.all(SEED.map(status));
      await controlPlane.kill();
      await kubectl('delete', 'vip', 'pod-use-vip', '--wait=false');
      controlPlane = await start();
      await until(
        'the deleted Vip is gone',
        async () => !(await kubectl('get', 'vip', '-o', 'name')).includes('pod-use-vip') || undefined,
      );
      const kept = SEED.filter((vip) => vip !== 'pod-use-vip');
      const after = await Promise.all(kept.map(status));
      const addresses = (statuses: Record<string, unknown>[]) => statuses.map(({ v4ip, mac }) => [v4ip, mac]);
      expect(addresses(after)).toEqual(addresses(before.slice(0, kept.length)));
    }, 60_000);

    it('takes the rows away with the Vip, and leaves the others', async () => {
      await kubectl('delete', 'vip', 'vip-aap');
      await until('vip-aap is out of the Northbound', () => !nbctl('show').includes('vip-aap') || undefined);
      expect(nbctl('show')).toContain('port foreign');
    }, 60_000);
  });
}

/** Of `ovn-nbctl list`, one row. Which words it puts into quotes is different from version to version. */
function columnsOf(row: string): Record<string, string> {
  const pairs = row
    .trim()
    .replaceAll('"', '')
    .split('\n')
    .map((line) => line.split(/ *: (.*)/));
  return Object.fromEntries(pairs.map(([column = '', value = '']) => [column, value]));
}
