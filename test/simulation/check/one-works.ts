// For worlds with a Lease. Of several processes that could work on a cluster one does: whoever begins a write holds the Lease, as the cluster itself has it.
import { LEASES, objectPathOf } from '@holdfast/kube-api';
import { Violation } from '../engine/violation';
import type { Cluster } from '../kubernetes/cluster';

export const LEASE = { namespace: 'kube-system', name: 'holdfast-kube-projector' };
const PATH = objectPathOf(LEASES, LEASE);

/** @param process as it calls itself in the Lease */
export function checkOneWorks(
  cluster: Cluster,
  process: string,
  { method, path }: { readonly method: string; readonly path: string },
): void {
  if (method === 'GET' || path.includes(`/${LEASES.plural}`)) return;
  const holder = holderIn(cluster);
  if (holder !== process)
    throw new Violation(
      'one-works',
      `${process} begins ${method} ${path} while ${holder ?? 'nobody'} holds the Lease`,
    );
}

function holderIn({ sandbox }: Cluster): string | undefined {
  try {
    const { spec } = sandbox.request('GET', PATH) as { readonly spec: { readonly holderIdentity?: string } };
    return spec.holderIdentity || undefined;
  } catch {
    return undefined;
  }
}
