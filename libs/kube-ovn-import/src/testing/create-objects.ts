// Puts objects into an API server as Kube-OVN and the cluster's own controllers would have, their status included.
import {
  apiVersionOf,
  collectionPathOf,
  IP_POOLS,
  type KubernetesObject,
  NODES,
  objectPathOf,
  PODS,
  type Resource,
  STATEFUL_SETS,
  SUBNETS,
  VIPS,
} from '@holdfast/kube-api';
import type { KubernetesServer } from '@holdfast/kube-api/testing';
import { IPS } from '../cluster/cluster-objects';

const KINDS: readonly Resource[] = [SUBNETS, IPS, VIPS, IP_POOLS, PODS, NODES, STATEFUL_SETS];

/** In their order; the server gives each its uid. */
export async function createObjects(
  server: KubernetesServer,
  objects: readonly KubernetesObject[],
): Promise<void> {
  for (const object of objects) {
    const { metadata, status, ...rest } = object;
    const resource = resourceOf(object);
    const whole = {
      ...rest,
      metadata: { ...metadata, uid: undefined, resourceVersion: undefined },
      ...(status && { status }),
    };
    await sure(server, 'POST', collectionPathOf(resource, metadata.namespace), whole);
    const path = objectPathOf(resource, metadata, 'status');
    // Where the status is a subresource, what came with the object was dropped.
    if (status && resource !== VIPS) await sure(server, 'PATCH', path, { status });
  }
}

export function resourceOf({ apiVersion, kind }: KubernetesObject): Resource {
  const found = KINDS.find((it) => it.kind === kind && apiVersionOf(it) === apiVersion);
  if (!found) throw new TypeError(`${apiVersion} ${kind} is not known here`);
  return found;
}

async function sure(server: KubernetesServer, method: string, path: string, body: object): Promise<void> {
  const contentType = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
  const { status, body: answer } = await server.request(method, path, body, contentType);
  if (status >= 300) throw new Error(`${method} ${path}: ${JSON.stringify(answer)}`);
}
