// Finalizers as changes. Each carries the resourceVersion it was made from, because a merge patch replaces the whole list.
import type { ObjectChange, ObjectPrecondition } from './kubernetes-api';
import type { KubernetesObject } from './kubernetes-object';

/** Keeps an object until the ledger has let go of what it holds for it. */
export const FINALIZER = 'holdfast.io/ledger';

export interface FinalizerChange {
  readonly change: ObjectChange;
  readonly expected: ObjectPrecondition;
}

/** Undefined when there is nothing to do: it is there, or the object is being deleted and may not get new ones. */
export function addFinalizer(object: KubernetesObject, finalizer: string): FinalizerChange | undefined {
  const finalizers = object.metadata.finalizers ?? [];
  if (finalizers.includes(finalizer) || object.metadata.deletionTimestamp) return undefined;
  return finalizersOf(object, [...finalizers, finalizer]);
}

/** Undefined when it is not there. */
export function removeFinalizer(object: KubernetesObject, finalizer: string): FinalizerChange | undefined {
  const finalizers = object.metadata.finalizers ?? [];
  if (!finalizers.includes(finalizer)) return undefined;
  return finalizersOf(
    object,
    finalizers.filter((other) => other !== finalizer),
  );
}

function finalizersOf(object: KubernetesObject, finalizers: readonly string[]): FinalizerChange {
  const { uid, resourceVersion } = object.metadata;
  return { change: { metadata: { finalizers } }, expected: { uid, resourceVersion } };
}
