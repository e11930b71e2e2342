// What is read of a cluster, what may be missing in it, and that nothing is written.
import { KubernetesFault, namespacedResource, VIPS } from '@holdfast/kube-api';
import { MANIFESTS, SandboxWorld } from '@holdfast/kube-api/testing';
import type { ClusterObjects } from './cluster-objects';
import { readCluster } from './read-cluster';

const TIMEOUT_MS = 10_000;

/** @param forMs how much time is let pass while it is read */
async function read(world: SandboxWorld, forMs = 0): Promise<ClusterObjects | KubernetesFault> {
  const { api } = world.sandbox.connect();
  const kruise = namespacedResource('apps.kruise.io', 'v1beta1', 'statefulsets', 'StatefulSet');
  const options = { api, clock: world.clock, timeoutMs: TIMEOUT_MS, statefulSets: [kruise] };
  const reading = readCluster(options).catch((fault: unknown) => fault as KubernetesFault);
  await world.settle(forMs);
  const found = await reading;
  await api.close();
  return found;
}

describe('readCluster', () => {
  it('reads every kind, takes those that are not served for empty, and writes nothing', async () => {
    const world = new SandboxWorld(MANIFESTS.kubeOvn);
    world.subnet();
    world.vip('web');
    const annotations = { 'ovn.kubernetes.io/allocated': 'true', other: 'x' };
    world.pod('a', '', {}, { annotations, spec: { containers: [{ name: 'c' }] } });
    world.requests = [];
    const found = await read(world);
    expect(found).toMatchObject({
      ...{ subnets: [{ metadata: { name: 'ovn-default' } }], vips: [{ metadata: { name: 'web' } }] },
      ...{ ips: [], pools: [], nodes: [], statefulSets: [], machines: [], instances: [] },
    });
    // Of a Pod only what says something about its addresses.
    const [pod] = (found as ClusterObjects).pods;
    expect([pod?.metadata.annotations, pod?.spec]).toEqual([{ 'ovn.kubernetes.io/allocated': 'true' }, {}]);
    expect(world.takeWrites()).toEqual([]);
  });

  it('cannot do without what Kube-OVN has', async () => {
    const found = await read(new SandboxWorld(MANIFESTS.holdfast));
    expect(found).toMatchObject({ code: 'kubernetes-kind-unknown', message: expect.stringContaining('ips') });
  });

  it('gives up at once where it is not let in', async () => {
    const world = new SandboxWorld(MANIFESTS.kubeOvn);
    world.sandbox.faults.fail({ status: 403, times: 1, when: ({ path }) => path.endsWith(VIPS.plural) });
    expect(await read(world)).toMatchObject({ code: 'kubernetes-forbidden' });
  });

  it('waits for a server that cannot just now, but not for ever', async () => {
    const world = new SandboxWorld(MANIFESTS.kubeOvn);
    world.sandbox.faults.fail({ status: 503, times: 2 });
    expect(await read(world, 5_000)).toMatchObject({ vips: [] });
    world.sandbox.faults.fail({ status: 503, times: 1_000 });
    expect(await read(world, 3 * TIMEOUT_MS)).toMatchObject({ code: 'kubernetes-unavailable' });
  });
});
