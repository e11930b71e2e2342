// What the replicas keep of objects: of a kind that both projectors follow, what either of them reads, so that one replica serves
// both. Pure.
import type { KubernetesObject } from '../port/kubernetes-object';
import { trimFollowedPod } from './followed-pod';
import { trimPod } from './pod-reading';

/** A cluster has many Pods, and most of a Pod is nothing to us. */
export function keptOfPod(pod: KubernetesObject): KubernetesObject {
  const [parent, holder] = [trimPod(pod), trimFollowedPod(pod)];
  const annotations = { ...parent.metadata.annotations, ...holder.metadata.annotations };
  const hasAny = Object.keys(annotations).length > 0;
  const spec = { ...parent.spec, ...holder.spec };
  return {
    ...parent,
    // Owners that the one reads are among those of the other; labels the other way round.
    metadata: { ...holder.metadata, ...parent.metadata, ...ownersOf(holder), ...(hasAny && { annotations }) },
    ...(Object.keys(spec).length > 0 && { spec }),
  };
}

/** Who set which field when: often half of an object, and nothing to us. */
export function keptOfObject(object: KubernetesObject): KubernetesObject {
  const metadata = { ...object.metadata, managedFields: undefined };
  return { ...object, metadata };
}

function ownersOf({ metadata: { ownerReferences } }: KubernetesObject): object {
  return ownerReferences ? { ownerReferences } : {};
}
