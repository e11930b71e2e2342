// Where the status of a kind is written. A CustomResourceDefinition may have a status subresource, or none (Kube-OVN's
// Vip), or be replaced by one that differs while we run. The API's own description says which; it is asked once, and
// again when an answer contradicts it.
import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '@holdfast/clock';
import type { JsonObject } from '../port/kubernetes-object';
import { groupPathOf, type Resource } from '../port/resource';
import { answerFault, messageOf, succeeded } from './answers';
import { isRecord, noObject } from './checked-object';
import type { KubernetesRest } from './kubernetes-rest';

/** `status`: the subresource. `object`: the object itself. */
export type StatusPath = 'status' | 'object';

/**
 * Where the definition prunes some field, every answer lacks it, as if the path had changed; asking again at most this
 * often keeps that case cheap. A status lost meanwhile is written again by the next reconcile, which compares.
 */
const ASK_AGAIN_MS = 10_000;

export class StatusPaths {
  private readonly known = new Map<string, { readonly path: StatusPath; readonly learnedMs: number }>();

  constructor(
    private readonly rest: KubernetesRest,
    private readonly clock: Clock,
  ) {}

  /** @throws KubernetesFault */
  async of(resource: Resource): Promise<StatusPath> {
    return this.known.get(idOf(resource))?.path ?? this.learn(resource);
  }

  /** Asks the API again. @throws KubernetesFault */
  async learn(resource: Resource): Promise<StatusPath> {
    const answer = await this.rest.call({ method: 'GET', path: groupPathOf(resource) });
    if (!succeeded(answer))
      throw answerFault(`describe ${resource.plural}`, answer.status, messageOf(answer));
    const resources = isRecord(answer.body) ? answer.body['resources'] : undefined;
    if (!Array.isArray(resources)) throw noObject(`describe ${resource.plural}`);
    const subresource = `${resource.plural}/status`;
    const path = resources.some((kind) => isRecord(kind) && kind['name'] === subresource)
      ? 'status'
      : 'object';
    this.known.set(idOf(resource), { path, learnedMs: this.clock.monotonic() });
    return path;
  }

  /** Whether what was written on the object itself may have been dropped because there is a subresource now. */
  isDoubtful(resource: Resource, sent: JsonObject, written: JsonObject | undefined): boolean {
    const learnedMs = this.known.get(idOf(resource))?.learnedMs ?? 0;
    return this.clock.monotonic() - learnedMs >= ASK_AGAIN_MS && !holds(written, sent);
  }
}

function idOf(resource: Resource): string {
  return `${resource.group}/${resource.version}/${resource.plural}`;
}

/** Whether every field that was asked for is there, one level deep: enough to see a status that was ignored. */
function holds(written: JsonObject | undefined, sent: JsonObject): boolean {
  return Object.entries(sent).every(([field, value]) =>
    isDeepStrictEqual(written?.[field] ?? null, value ?? null),
  );
}
