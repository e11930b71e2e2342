// What a process says of itself while it is connected to a cluster that is not the one its ledger knows, and how somebody answers
// for it that what is missing there is gone for good.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  installDefinitions,
  MANIFESTS,
  type SandboxApiServer,
  startSandboxApiServer,
} from '@holdfast/kube-api/testing';
import { untilFound, type RunningProcess, startProcess } from '../testing/running-process';

const KUBE_OVN = '/apis/kubeovn.io/v1';
const RULES = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/switch-lb-rules.kubeovn.io';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-health-'));
const store = `--store=sqlite:${join(folder, 'ledger.db')}`;
const servers: SandboxApiServer[] = [];
let control: RunningProcess | undefined;

afterAll(async () => {
  await control?.stop();
  for (const server of servers) await server.stop();
  rmSync(folder, { recursive: true });
});

async function cluster(): Promise<SandboxApiServer> {
  const server = await startSandboxApiServer();
  servers.push(server);
  await installDefinitions(server, MANIFESTS.holdfast);
  return server;
}

async function connectTo(server: SandboxApiServer): Promise<RunningProcess> {
  await control?.stop();
  return (control = await startProcess(store, `--kubeconfig=${server.kubeconfigFile}`));
}

const readyz = async (process: RunningProcess) => (await process.ask('GET', '/readyz')).body;
const vipsIn = async (process: RunningProcess): Promise<string[]> => {
  const { body } = await process.ask('GET', '/v1/vips');
  return ((body['vips'] ?? []) as { readonly name: string }[]).map(({ name }) => name);
};

it('tells what is held back, what is not served and what was different, and lets go of what somebody answers for', async () => {
  const right = await cluster();
  const first = await connectTo(right);
  const object = (kind: string, name: string, spec: object) => ({
    ...{ apiVersion: 'kubeovn.io/v1', kind, metadata: { name } },
    spec,
  });
  await right.request('POST', `${KUBE_OVN}/subnets`, object('Subnet', 'blue', { cidrBlock: '10.17.0.0/24' }));
  for (const name of ['db', 'web'])
    await right.request('POST', `${KUBE_OVN}/vips`, object('Vip', name, { subnet: 'blue' }));
  await untilFound(async () => (await vipsIn(first)).length === 2 || undefined);
  expect(await first.ask('POST', '/deletion-guards/Vip/override?missing=2')).toMatchObject({
    ...{ status: 409, body: { message: 'nothing of kind Vip is held back' } },
  });

  const wrong = await cluster();
  await wrong.request('DELETE', RULES);
  const second = await connectTo(wrong);
  const { trouble, notes } = await untilFound(async () => {
    const said = await readyz(second);
    return JSON.stringify(said).includes('objects-missing') ? said : undefined;
  });
  expect(trouble).toEqual({
    kubernetes: expect.stringMatching(
      /^kubernetes-objects-missing-Vip: 2 objects of kind Vip are missing .*POST \/deletion-guards\/Vip\/override\?missing=2\..*kind Subnet/,
    ) as string,
  });
  expect(notes).toEqual({
    kubernetes: [
      expect.stringMatching(
        /^active: \S+ holds the Lease kube-system\/holdfast-kube-projector since \d{4}-.*Z$/,
      ) as string,
      expect.stringMatching(/does not serve switch-lb-rules/) as string,
    ],
  });
  const status = await second.ask('GET', '/v1/status');
  expect(status.body['projectors']).toMatchObject([
    {
      name: 'kubernetes',
      trouble: expect.stringMatching(/^kubernetes-objects-missing-Vip: 2 objects/) as string,
    },
  ]);

  for (const [path, code] of [
    ['/deletion-guards/Vip/override', 400],
    ['/deletion-guards/Vip/override?missing=many', 400],
    ['/deletion-guards/Vip/override?missing=3', 409],
    ['/deletion-guards/Pod/override?missing=2', 409],
  ] as const)
    expect([path, (await second.ask('POST', path)).status]).toEqual([path, code]);
  expect(await vipsIn(second)).toEqual(['db', 'web']);
  expect(await second.ask('POST', '/deletion-guards/Vip/override?missing=2')).toEqual({
    ...{ status: 200, body: { accepted: ['db', 'web'] } },
  });
  await untilFound(async () => (await vipsIn(second)).length === 0 || undefined);
  expect((await readyz(second))['trouble']).toEqual({
    kubernetes: expect.stringMatching(
      /^kubernetes-objects-missing-Subnet: 1 object of kind Subnet is missing/,
    ) as string,
  });
});

it('tells what a process that starts finds different, and has nobody to override the guard without the role', async () => {
  const right = servers[0] as SandboxApiServer;
  const process = await connectTo(right);
  const { body } = await untilFound(async () => {
    const answer = await process.ask('GET', '/differences');
    return (answer.body['differences'] as unknown[]).length >= 2 ? answer : undefined;
  });
  expect(body['differences']).toContainEqual({
    ...{
      at: expect.stringMatching(/^\d{4}-.*Z$/) as string,
      projector: 'kubernetes',
      about: 'vips.kubeovn.io/web',
    },
    what: 'it asks for something of which the ledger has nothing',
    why: expect.stringMatching(/^it had that once: another transport let go of it/) as string,
  });
  expect((await readyz(process))['differences']).toEqual({ kubernetes: expect.any(Number) as number });
  await control?.stop();
  control = await startProcess('--store=memory:', '--roles=reservation');
  expect((await control.ask('POST', '/deletion-guards/Vip/override?missing=2')).status).toBe(404);
  expect(await control.ask('GET', '/healthz')).toEqual({ status: 200, body: { status: 'ok' } });
});
