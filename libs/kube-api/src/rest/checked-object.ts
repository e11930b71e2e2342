// What came over the wire, taken for an object only when it is one: a proxy's page, a cut answer or an empty watch event
// is a fault of the server's side, and never a bug of ours.
import { KubernetesFault } from '../port/kubernetes-fault';
import type { KubernetesObject } from '../port/kubernetes-object';

/** @param request what was asked, for the message. @throws KubernetesFault `kubernetes-unavailable` */
export function objectIn(body: unknown, request: string): KubernetesObject {
  if (isObject(body)) return body;
  throw noObject(request);
}

/** What came in its place is left out of the message: it may be large, and somebody's secret. */
export function noObject(request: string): KubernetesFault {
  const message = `${request}: what came is no object of Kubernetes`;
  return new KubernetesFault('kubernetes-unavailable', message, true);
}

/** Has what names an object and tells its versions apart; only a bookmark has no name. */
export function isObject(body: unknown): body is KubernetesObject {
  return isVersioned(body) && typeof body.metadata.name === 'string';
}

/** Has what a list or a bookmark tells where to watch from. */
export function isVersioned(body: unknown): body is { readonly metadata: Record<string, unknown> & Version } {
  return (
    isRecord(body) && isRecord(body['metadata']) && typeof body['metadata']['resourceVersion'] === 'string'
  );
}

interface Version {
  readonly resourceVersion: string;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
