// A cluster in which StatefulSets live: a real kube-apiserver with its real controllers, and node agents that the test
// plays: they take Pods that have an address, say that these run, and end them when they are to go.
import { mkdtempSync, rmSync } from 'node:fs';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Child } from '@holdfast/infra/servers/child';
import type { KubernetesObject } from '@holdfast/kube-api';
import {
  installDefinitions,
  kubeApiserverSkipReason,
  type KubernetesServer,
  MANIFESTS,
  startKubeApiserver,
} from '@holdfast/kube-api/testing';

const PROGRAM = 'kube-controller-manager';
const MERGE = 'application/merge-patch+json';
const PODS = '/api/v1/namespaces/default/pods';
/** How often the agents look; a kubelet is told by a watch, and takes longer for everything else. */
const LOOK_EVERY_MS = 100;

/** Why no such cluster can be had here, or undefined when one can. */
export function playedClusterSkipReason(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const reason = kubeApiserverSkipReason(env);
  const folder = env['KUBEBUILDER_ASSETS'] ?? '';
  if (reason || existsSync(join(folder, PROGRAM))) return reason;
  return `${folder} (KUBEBUILDER_ASSETS) lacks ${PROGRAM}`;
}

export class PlayedCluster {
  private readonly folder = mkdtempSync(join(tmpdir(), 'holdfast-controllers-'));
  private isStopped = false;
  private agents: Promise<void> | undefined;
  private controllers: Child | undefined;

  private constructor(readonly server: KubernetesServer) {}

  static async start(): Promise<PlayedCluster> {
    const cluster = new PlayedCluster(await startKubeApiserver());
    await installDefinitions(cluster.server, MANIFESTS.holdfast);
    cluster.controllers = cluster.startControllers();
    cluster.agents = cluster.play();
    return cluster;
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    await this.agents;
    await this.controllers?.kill();
    await this.server.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async create(path: string, object: object): Promise<void> {
    const { status, body } = await this.server.request('POST', path, object);
    if (status !== 201) throw new Error(JSON.stringify(body));
  }

  async merge(path: string, change: object): Promise<void> {
    const { status, body } = await this.server.request('PATCH', path, change, MERGE);
    if (status !== 200) throw new Error(JSON.stringify(body));
  }

  async delete(path: string): Promise<void> {
    await this.server.request('DELETE', path, { propagationPolicy: 'Background' });
  }

  /** In the order of their names. */
  async pods(): Promise<KubernetesObject[]> {
    const { body } = await this.server.request('GET', PODS);
    const { items = [] } = body as { readonly items?: KubernetesObject[] };
    return items.sort((a, b) => a.metadata.name.localeCompare(b.metadata.name, 'en', { numeric: true }));
  }

  private startControllers(): Child {
    const program = join(process.env['KUBEBUILDER_ASSETS'] as string, PROGRAM);
    return Child.start(program, [
      `--kubeconfig=${this.server.kubeconfigFile}`,
      '--controllers=statefulset,garbagecollector',
      ...['--leader-elect=false', '--port=0', '--secure-port=0', `--cert-dir=${this.folder}`],
      ...['--kube-api-qps=200', '--kube-api-burst=400'],
    ]);
  }

  private async play(): Promise<void> {
    while (!this.isStopped) {
      for (const pod of await this.pods()) if (!this.isStopped) await this.serve(pod);
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  }

  /** A step that comes too late, because the Pod has changed, is taken again at the next look. */
  private async serve({ metadata, spec, status }: KubernetesObject): Promise<void> {
    const path = `${PODS}/${metadata.name}`;
    const isAllocated = metadata.annotations?.['ovn.kubernetes.io/allocated'] === 'true';
    if (metadata.deletionTimestamp) {
      const preconditions = { uid: metadata.uid };
      await this.server.request('DELETE', path, { gracePeriodSeconds: 0, preconditions });
    } else if (spec?.['nodeName'] === undefined) {
      const target = { apiVersion: 'v1', kind: 'Node', name: `node-${metadata.name.length % 3}` };
      const binding = { apiVersion: 'v1', kind: 'Binding', metadata: { name: metadata.name }, target };
      await this.server.request('POST', `${path}/binding`, binding);
    } else if (isAllocated && status?.['phase'] !== 'Running') {
      const podIP = metadata.annotations?.['ovn.kubernetes.io/ip_address'];
      const conditions = [{ type: 'Ready', status: 'True' }];
      const running = { phase: 'Running', podIP, podIPs: [{ ip: podIP }], conditions };
      await this.server.request('PATCH', `${path}/status`, { status: running }, MERGE);
    }
  }
}
