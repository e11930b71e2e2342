// Pods as those who play a part in the cluster make and read them.
import type { KubernetesObject, OwnerReference } from '@holdfast/kube-api';

/** A graceful end: the Pod goes when its node agent says that nothing of it runs any more. */
export const NODE_AGENT = 'simulation/node-agent';

export const controllerReferenceTo = ({ apiVersion, kind, metadata }: KubernetesObject): OwnerReference => ({
  apiVersion,
  kind,
  name: metadata.name,
  uid: metadata.uid,
  controller: true,
});

export const controllerOfPod = ({ metadata }: KubernetesObject): OwnerReference | undefined =>
  metadata.ownerReferences?.[0];

export const isPodFinished = ({ status }: KubernetesObject): boolean =>
  status?.['phase'] === 'Succeeded' || status?.['phase'] === 'Failed';

export const isDeleting = ({ metadata }: KubernetesObject): boolean =>
  metadata.deletionTimestamp !== undefined;

export const nodeOfPod = ({ spec }: KubernetesObject): string | undefined =>
  spec?.['nodeName'] as string | undefined;

/** Of the ordinals that a StatefulSet has Pods for (apps/v1, `replicas` from `ordinals.start`). */
export function ordinalsOf({ spec = {} }: KubernetesObject): {
  readonly start: number;
  readonly end: number;
} {
  const { start = 0 } = (spec['ordinals'] ?? {}) as { readonly start?: number };
  return { start, end: start + Number(spec['replicas'] ?? 1) };
}

export const refOfObject = ({ metadata: { namespace, name } }: KubernetesObject) => ({ namespace, name });
