// ConfigMaps over anything that can make a call. Each write is pinned to the version that it was made from.
import type { ConfigMaps, ConfigMapWrite, SeenConfigMap } from '../port/config-maps';
import type { KubernetesFault } from '../port/kubernetes-fault';
import { keyOf, type KubernetesObject, type ObjectRef } from '../port/kubernetes-object';
import { apiVersionOf, collectionPathOf, CONFIG_MAPS, objectPathOf } from '../port/resource';
import { answerFault, messageOf, succeeded } from './answers';
import { objectIn } from './checked-object';
import type { KubernetesRest, RestAnswer } from './kubernetes-rest';

export class RestConfigMaps implements ConfigMaps {
  constructor(private readonly rest: KubernetesRest) {}

  async read(ref: ObjectRef): Promise<SeenConfigMap | undefined> {
    const answer = await this.rest.call({ method: 'GET', path: objectPathOf(CONFIG_MAPS, ref) });
    if (answer.status === 404) return undefined;
    if (!succeeded(answer)) throw refused('read', ref, answer);
    return seenOf(answer.body);
  }

  async write(
    ref: ObjectRef,
    data: Readonly<Record<string, string | null>>,
    seen: SeenConfigMap | undefined,
  ): Promise<ConfigMapWrite> {
    const answer = await (seen
      ? this.rest.call({
          ...{ method: 'PATCH', path: objectPathOf(CONFIG_MAPS, ref), contentType: MERGE_PATCH },
          body: { metadata: { resourceVersion: seen.resourceVersion }, data },
        })
      : this.rest.call({
          ...{ method: 'POST', path: collectionPathOf(CONFIG_MAPS, ref.namespace) },
          body: {
            ...{ apiVersion: apiVersionOf(CONFIG_MAPS), kind: CONFIG_MAPS.kind, metadata: ref },
            data: withoutNulls(data),
          },
        }));
    if (succeeded(answer)) return { outcome: 'written', seen: seenOf(answer.body) };
    const isGone = seen !== undefined && answer.status === 404;
    if (answer.status === 409 || isGone) return { outcome: 'conflict', message: messageOf(answer) };
    throw refused(seen ? 'write' : 'create', ref, answer);
  }

  close(): Promise<void> {
    return this.rest.close();
  }
}

const MERGE_PATCH = 'application/merge-patch+json';

function refused(what: string, ref: ObjectRef, answer: RestAnswer): KubernetesFault {
  return answerFault(`${what} the ConfigMap ${keyOf(ref)}`, answer.status, messageOf(answer));
}

function seenOf(body: unknown): SeenConfigMap {
  const object = objectIn(body, 'a ConfigMap');
  const { metadata, data = {} } = object as KubernetesObject & { readonly data?: Record<string, string> };
  return { data, resourceVersion: metadata.resourceVersion };
}

const withoutNulls = (data: Readonly<Record<string, string | null>>): Record<string, string | null> =>
  Object.fromEntries(Object.entries(data).filter(([, value]) => value !== null));
