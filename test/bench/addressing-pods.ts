// Pods created as fast as a real API server takes them, until each has its address written on it; beside the API server's
// own rate of patching the same objects. Where there is no API server (KUBEBUILDER_ASSETS) it measures nothing.
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { systemChance, systemClock } from '@holdfast/clock';
import { KubernetesUser } from '@holdfast/infra/demo/kubernetes';
import { startControlPlane } from '@holdfast/infra/servers/control-plane';
import { type KubernetesApi, type KubernetesObject, PODS } from '@holdfast/kube-api';
import { clientNodeKubernetesApi } from '@holdfast/kube-api/client-node';
import {
  installDefinitions,
  kubeApiserverSkipReason,
  MANIFESTS,
  startKubeApiserver,
} from '@holdfast/kube-api/testing';
import { type Figure, median, percentile, timed, together } from './figure';

const PODS_MADE = 10_000;
/** Requests under way: the API server takes no more from more. */
const CALLERS = 32;
const NAMESPACE = 'default';
const ADDRESS = 'ovn.kubernetes.io/ip_address';

export async function addressingPods(folder: string): Promise<Figure[]> {
  const reason = kubeApiserverSkipReason();
  if (reason !== undefined) {
    console.log(`addressing-pods is left out: ${reason}`);
    return [];
  }
  const own = mkdtempSync(join(folder, 'pods-'));
  const server = await startKubeApiserver();
  const api = clientNodeKubernetesApi({
    cluster: { kubeconfigFile: server.kubeconfigFile },
    component: 'bench',
    clock: systemClock,
    chance: systemChance,
  });
  try {
    await installDefinitions(server, MANIFESTS.holdfast);
    const user = new KubernetesUser(server.kubeconfigFile);
    await user.create({
      ...{ apiVersion: 'kubeovn.io/v1', kind: 'Subnet', metadata: { name: 'net' } },
      spec: { cidrBlock: '10.16.0.0/16', default: true },
    } as never);
    const controlPlane = await startControlPlane({
      store: `sqlite:${join(own, 'ledger.db')}`,
      kubeconfig: server.kubeconfigFile,
      'pod-addresses': 'on',
    });
    const figures = await measure(user, api).finally(() => controlPlane.stop());
    return figures;
  } finally {
    await api.close();
    await server.stop();
    rmSync(own, { recursive: true, force: true });
  }
}

async function measure(user: KubernetesUser, api: KubernetesApi): Promise<Figure[]> {
  const { created, addressed, whenAll, stop } = follow(api);
  const startMs = performance.now();
  await together(CALLERS, PODS_MADE, async (index) => {
    await user.create(podOf(index));
    created.set(nameOf(index), performance.now());
  });
  await whenAll;
  const tookMs = performance.now() - startMs;
  await stop();
  const waitedMs = [...addressed].map(([name, atMs]) => Math.max(0, atMs - (created.get(name) ?? atMs)));
  const patchedMs: number[] = [];
  const patchingMs = await timed(() =>
    together(CALLERS, PODS_MADE, async (index) => {
      const ref = { namespace: NAMESPACE, name: nameOf(index) };
      const change = { metadata: { annotations: { bench: `${index}` } } };
      patchedMs.push(await timed(() => api.patch(PODS, ref, change)));
    }),
  );
  const patching = { limitName: "the API server's own patch of them", unit: '/s' };
  const waiting = { limit: median(patchedMs), limitName: 'one patch, p50', unit: 'ms' };
  return [
    {
      what: `Pods created and given addresses /s, ${PODS_MADE} of them`,
      measured: (PODS_MADE / tookMs) * 1000,
      limit: (PODS_MADE / patchingMs) * 1000,
      ...patching,
    },
    { what: 'Pod created -> address written, p50', measured: median(waitedMs), ...waiting },
    { what: 'Pod created -> address written, p99', measured: percentile(waitedMs, 99), ...waiting },
  ];
}

/** Notes when each Pod's address is seen. */
function follow(api: KubernetesApi) {
  const created = new Map<string, number>();
  const addressed = new Map<string, number>();
  const { promise: whenAll, resolve } = Promise.withResolvers<void>();
  const following = api.follow(PODS, {
    changed: ({ name }, now) => {
      if (addressed.has(name) || now?.metadata.annotations?.[ADDRESS] === undefined) return;
      addressed.set(name, performance.now());
      if (addressed.size === PODS_MADE) resolve();
    },
    faulted: (fault) => console.error(fault.message),
  });
  return { created, addressed, whenAll, stop: () => following.stop() };
}

const nameOf = (index: number): string => `p-${index}`;

const podOf = (index: number): never =>
  ({
    ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name: nameOf(index), namespace: NAMESPACE } },
    spec: { containers: [{ name: 'main', image: 'example.com/none' }] },
  }) satisfies object as unknown as KubernetesObject as never;
