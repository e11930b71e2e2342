// What the cases expect of a write, and the condition that they write.
import type { WriteResult } from '../../port/kubernetes-api';
import type { KubernetesObject } from '../../port/kubernetes-object';

export function written(result: WriteResult): KubernetesObject {
  if (result.outcome !== 'written') throw new Error(`not written: ${JSON.stringify(result)}`);
  return result.object;
}

export function ready(status: 'True' | 'False') {
  return {
    type: 'Ready',
    status,
    reason: 'Tested',
    message: 'm',
    lastTransitionTime: '2026-01-01T00:00:00Z',
  };
}
