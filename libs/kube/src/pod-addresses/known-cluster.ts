// The brake on mass release, for Pods (infra/docs/adr/0017): in a cluster that is another one, an empty one, or one that is
// being restored, every Pod that the ledger knows is missing. Decided once, with the first whole lists; what is seen going
// afterwards is gone in any case.
import type { LedgerView } from '@holdfast/ipam';
import { FINALIZER } from '../face/object-writer';
import type { KubernetesObject } from '../kubernetes-object';

export interface ClusterObjects {
  readonly pods: Iterable<KubernetesObject>;
  readonly subnets: Iterable<KubernetesObject>;
}

/** One alone has nothing to be compared with. */
const USERS_LEAST = 2;

/**
 * Whether something there shows that it is the cluster that the ledger knows: a Pod that uses what the ledger says it
 * does, or a Subnet's object that we have put our finalizer on.
 */
export function isKnownCluster(view: LedgerView, { pods, subnets }: ClusterObjects): boolean {
  const uids = new Set<string>();
  for (const { users } of view.subnets())
    for (const [, use] of users) for (const { uid } of use.users) uids.add(uid);
  if (uids.size < USERS_LEAST) return true;
  for (const { metadata } of pods) if (uids.has(metadata.uid)) return true;
  for (const { metadata } of subnets)
    if (metadata.finalizers?.includes(FINALIZER) && view.subnet(metadata.name)) return true;
  return false;
}

export const UNKNOWN_CLUSTER = {
  code: 'kubernetes-objects-missing',
  message: [
    'No Pod that has an address in the ledger is in this cluster, and nothing shows that it is the cluster in which they',
    'were created: it may be another one, an empty one, or one that is being restored. Nothing is given up for those that',
    'are missing. Connect the right cluster, or restore the objects, and start again; if they are gone for good, detach',
    'them by hand.',
  ].join(' '),
} as const;
