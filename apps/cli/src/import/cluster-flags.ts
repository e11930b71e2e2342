// What the flags say of a cluster, and what becomes of its faults: for import and recovery alike.
import { KubernetesFault, namespacedResource, type Resource } from '@holdfast/kube-api';
import type { CallRefusal } from '../outcome';
import { UsageFault } from '../usage-fault';

/** `apps.kruise.io/v1beta1/statefulsets` */
export function statefulSetsOf(text: string): Resource {
  const [group, version, plural, ...more] = text.split('/');
  if (group && version && plural && more.length === 0)
    return namespacedResource(group, version, plural, 'StatefulSet');
  throw new UsageFault(`--stateful-set-kinds: ${JSON.stringify(text)} is not group/version/plural`);
}

/** @throws UsageFault */
export function clusterRefusal(error: unknown): CallRefusal | undefined {
  if (!(error instanceof KubernetesFault)) return undefined;
  const { code, message, retryable } = error;
  if (code === 'kubernetes-config-invalid') throw new UsageFault(message);
  return { code, message, retryable, facts: {}, isFault: true };
}
