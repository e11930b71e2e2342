// What is particular to the adapter: how it finds its cluster, how it uses connections, and what it makes of failures.
// Everything else is in the suite.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemChance, systemClock } from '@holdfast/clock';
import { clientNodeKubernetesApi, type ClusterSource } from './client-node-kubernetes-api';
import type { KubernetesApi } from '../port/kubernetes-api';
import { NAMESPACES, PODS } from '../port/resource';
import { type SandboxApiServer, startSandboxApiServer } from '../testing/sandbox/sandbox-api-server';
import { startWire, type Wire } from '../testing/servers/wire';
import { untilItPasses } from '../testing/suite/suite-world';

function connect(cluster: ClusterSource, context?: string): KubernetesApi {
  return clientNodeKubernetesApi({ cluster, context, clock: systemClock, chance: systemChance });
}

describe('clientNodeKubernetesApi refuses', () => {
  const kubeconfig = (server: string): string =>
    JSON.stringify({
      clusters: [{ name: 'c', cluster: { server } }],
      users: [{ name: 'u', user: {} }],
      contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
      'current-context': 'x',
    });

  it.each<[string, ClusterSource, string | undefined, string]>([
    ['a file that is not there', { kubeconfigFile: '/nowhere/kubeconfig' }, undefined, 'ENOENT'],
    ['a text that is no YAML', { kubeconfigText: '{' }, undefined, 'cannot be read'],
    ['a text that is no kubeconfig', { kubeconfigText: 'hello: world' }, undefined, 'no current-context'],
    ['a context that is not in it', { kubeconfigText: kubeconfig('https://h') }, 'other', 'context "other"'],
    [
      'plain HTTP that nobody asked for',
      { kubeconfigText: kubeconfig('http://h') },
      undefined,
      'not encrypted',
    ],
    ['to look for a Pod it does not run in', { inCluster: true }, undefined, 'KUBERNETES_SERVICE_HOST'],
  ])('%s', (_, cluster, context, message) => {
    const connecting = (): KubernetesApi => connect(cluster, context);
    expect(connecting).toThrow(message);
    expect(connecting).toThrow(
      expect.objectContaining({ code: 'kubernetes-config-invalid', retryable: false }),
    );
  });
});

describe('clientNodeKubernetesApi', () => {
  let server: SandboxApiServer;
  let wire: Wire;
  let api: KubernetesApi;
  beforeAll(async () => {
    server = await startSandboxApiServer();
    wire = await startWire(server.url);
    api = connect({ kubeconfigText: server.kubeconfig.replace(server.url, wire.url) });
  });
  afterAll(async () => {
    await api.close();
    await wire.close();
    await server.stop();
  });
  afterEach(() => server.faults.heal());

  it('makes its calls over a few connections, not over one each', async () => {
    for (let call = 0; call < 20; call += 1) await api.patch(PODS, { namespace: 'default', name: 'p' }, {});
    expect(wire.connections).toBeLessThanOrEqual(3);
  });

  it.each([
    [401, 'kubernetes-unauthorized', false],
    [403, 'kubernetes-forbidden', false],
    [400, 'kubernetes-refused', false],
    [429, 'kubernetes-unavailable', true],
    [500, 'kubernetes-unavailable', true],
    [504, 'kubernetes-unavailable', true],
  ])('takes HTTP %i for %s', async (status, code, retryable) => {
    server.faults.fail({ status });
    const call = api.patch(PODS, { namespace: 'default', name: 'p' }, {});
    await expect(call).rejects.toMatchObject({ name: 'KubernetesFault', code, retryable });
  });

  it('says who it is: in the User-Agent of each request, and as the manager of the fields it writes', async () => {
    const asked: { readonly url: string; readonly agent: string | undefined }[] = [];
    const listening = createServer(({ url = '', headers }, response) => {
      asked.push({ url, agent: headers['user-agent'] });
      // A watch that says nothing.
      const body = url.includes('watch=true')
        ? ''
        : '{"metadata":{"name":"p","resourceVersion":"1"},"items":[]}';
      response.setHeader('Content-Type', 'application/json').end(body);
    });
    await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(listening.address() as AddressInfo).port}`;
    const cluster = { kubeconfigText: server.kubeconfig.replace(server.url, url) };
    const named = clientNodeKubernetesApi({
      ...{ cluster, version: '1.2.3', clock: systemClock, chance: systemChance },
    });
    expect(named.server).toBe(url);
    await named.patch(PODS, { namespace: 'default', name: 'p' }, {});
    named.follow(PODS, { changed: () => undefined });
    await untilItPasses(() => expect(asked.map((each) => each.url).join(' ')).toContain('watch=true'));
    await named.close();
    listening.close();
    expect(new Set(asked.map(({ agent }) => agent))).toEqual(new Set(['holdfast/1.2.3']));
    expect(asked[0]?.url).toBe('/api/v1/namespaces/default/pods/p?fieldManager=holdfast');
    expect(asked.filter((each) => each.url.includes('fieldManager'))).toHaveLength(1);
  });

  it('says what happened when nobody answers, and who it was', async () => {
    const lost = connect({ kubeconfigText: server.kubeconfig.replace(server.url, 'http://127.0.0.1:1') });
    const call = lost.patch(NAMESPACES, { name: 'default' }, {});
    await expect(call).rejects.toMatchObject({ code: 'kubernetes-unreachable', retryable: true });
    await expect(call).rejects.toThrow(
      /the API server http:\/\/127.0.0.1:1 did not.*(ECONNREFUSED|bad port)/,
    );
    await lost.close();
  });

  it('follows through watches that the server drops, and answers that it delays', async () => {
    server.faults.delayMs = 5;
    const seen: string[] = [];
    const follower = api.follow(NAMESPACES, { changed: ({ name }) => seen.push(name) });
    expect(await follower.synced).toBe(true);
    expect(seen).toContain('default');
    for (const name of ['one', 'two', 'three']) {
      server.faults.dropWatches();
      await server.request('POST', '/api/v1/namespaces', { metadata: { name } });
      await untilItPasses(() => expect(seen.filter((each) => each === name)).toHaveLength(1));
    }
    await follower.stop();
  });

  it('follows no more once it is closed', async () => {
    const closing = connect({ kubeconfigText: server.kubeconfig });
    await closing.close();
    const follow = (): unknown => closing.follow(PODS, { changed: () => undefined });
    expect(follow).toThrow(expect.objectContaining({ code: 'kubernetes-closed' }));
  });
});
