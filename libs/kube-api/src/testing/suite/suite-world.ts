// What every case of the suite works with: a server, ways to reach it, and names that no other case uses.
import { type Clock, sleep, systemChance, systemClock } from '@holdfast/clock';
import { clientNodeKubernetesApi, clientNodeLeases } from '../../client-node/client-node-kubernetes-api';
import type { KubernetesApi } from '../../port/kubernetes-api';
import type { KubernetesObject } from '../../port/kubernetes-object';
import type { Leases } from '../../port/leases';
import { apiVersionOf, collectionPathOf, objectPathOf, type Resource, VIPS } from '../../port/resource';
import type { KubernetesServer } from '../servers/kubernetes-server';
import { RecordingWatcher } from './recording-watcher';

/** Far above what anything takes; after a restart the client may wait up to 10 s before it asks again. */
const EVENTUALLY_MS = 45_000;
const POLL_MS = 10;

export class SuiteWorld {
  private readonly apis: Pick<KubernetesApi, 'close'>[] = [];
  private named = 0;

  constructor(readonly server: KubernetesServer) {}

  /** A client of its own, closed by `close`. */
  connect(
    options: { readonly url?: string; readonly clock?: Clock; readonly component?: string } = {},
  ): KubernetesApi {
    const { server } = this;
    const kubeconfigText = server.kubeconfig.replace(server.url, options.url ?? server.url);
    const clock = options.clock ?? systemClock;
    const api = clientNodeKubernetesApi({
      ...options,
      cluster: { kubeconfigText },
      clock,
      chance: systemChance,
    });
    this.apis.push(api);
    return api;
  }

  /** Closed by `close`. */
  connectLeases(): Leases {
    const cluster = { kubeconfigText: this.server.kubeconfig };
    const leases = clientNodeLeases({ cluster, clock: systemClock, chance: systemChance });
    this.apis.push(leases);
    return leases;
  }

  name(prefix: string): string {
    this.named += 1;
    return `${prefix}-${this.named}`;
  }

  async create(
    resource: Resource,
    name: string,
    content: object = {},
    namespace?: string,
  ): Promise<KubernetesObject> {
    const body = { apiVersion: apiVersionOf(resource), kind: resource.kind, metadata: { name }, ...content };
    const answer = await this.server.request('POST', collectionPathOf(resource, namespace), body);
    if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
    return answer.body as KubernetesObject;
  }

  async merge(resource: Resource, name: string, patch: object): Promise<KubernetesObject> {
    const path = objectPathOf(resource, { name });
    const answer = await this.server.request('PATCH', path, patch, 'application/merge-patch+json');
    if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
    return answer.body as KubernetesObject;
  }

  async delete(resource: Resource, name: string): Promise<void> {
    await this.server.request('DELETE', objectPathOf(resource, { name }));
  }

  /** Undefined when there is none. */
  async read(resource: Resource, name: string): Promise<KubernetesObject | undefined> {
    const answer = await this.server.request('GET', objectPathOf(resource, { name }));
    return answer.status === 200 ? (answer.body as KubernetesObject) : undefined;
  }

  async kubectl(args: readonly string[], stdin?: string): Promise<string> {
    const run = await this.server.kubectl(args, stdin);
    if (run.code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${run.stderr}${run.stdout}`);
    return run.stdout;
  }

  async close(): Promise<void> {
    await Promise.all(this.apis.splice(0).map((api) => api.close()));
  }
}

/** A follower that has seen the last write before this. */
export async function following(
  world: SuiteWorld,
  api: KubernetesApi,
  prefix: string,
): Promise<RecordingWatcher> {
  const watcher = new RecordingWatcher();
  const follower = api.follow(VIPS, watcher);
  expect(await follower.synced).toBe(true);
  watcher.changes.splice(0);
  await world.create(VIPS, `${prefix}-sentinel`);
  await untilItPasses(() => expect(watcher.of(`${prefix}-sentinel`)).toHaveLength(1));
  return watcher;
}

/** Waits until `check` does not throw; then throws what it threw last. */
export async function untilItPasses<T>(check: () => T | Promise<T>): Promise<T> {
  const giveUpMs = systemClock.monotonic() + EVENTUALLY_MS;
  for (;;) {
    try {
      return await check();
    } catch (failed) {
      if (systemClock.monotonic() > giveUpMs) throw failed;
      await sleep(systemClock, POLL_MS);
    }
  }
}
