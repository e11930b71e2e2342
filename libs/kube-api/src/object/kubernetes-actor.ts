// Who asks, in words for the record, when an object does. It says what an object is called and nothing of what it asks.
import { keyOf, type KubernetesObject, type ObjectKey } from '../port/kubernetes-object';
import type { Resource } from '../port/resource';

/** Through what the projectors' own commands come (libs/event-store, `Actor.through`). */
export const THROUGH_KUBERNETES = 'kubernetes';

/** Who asks when an object does: `kubernetes:vips.kubeovn.io/web (uid 8a0c…, resourceVersion 4711)`. */
export function actorOf(resource: Resource, { metadata }: KubernetesObject): string {
  const { uid, resourceVersion } = metadata;
  return `${actorNamed(resource, keyOf(metadata))} (uid ${uid}, resourceVersion ${resourceVersion})`;
}

/** The same of an object that vanished, with what is known of how it went. */
export function actorGone(resource: Resource, key: ObjectKey, evidence: string): string {
  return `${actorNamed(resource, key)} (gone: ${evidence})`;
}

/** The same where there is no object any more. */
export function actorNamed({ plural, group }: Resource, key: ObjectKey): string {
  return `${THROUGH_KUBERNETES}:${group ? `${plural}.${group}` : plural}/${key}`;
}
