// The brake on mass release, for Pods (infra/docs/adr/0017): in a cluster that is another one, an empty one, or one that is
// being restored, every Pod that the ledger knows is missing. Decided once, with the first whole lists; what is seen going
// afterwards is gone in any case.
import type { LedgerView } from '@holdfast/ipam';
import { MISSING_CODE } from '@holdfast/projection';
import { FINALIZER } from '@holdfast/kube-api';
import type { KubernetesObject } from '@holdfast/kube-api';

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
  const uids = new Set(usersByUid(view).keys());
  if (uids.size < USERS_LEAST) return true;
  for (const { metadata } of pods) if (uids.has(metadata.uid)) return true;
  for (const { metadata } of subnets)
    if (metadata.finalizers?.includes(FINALIZER) && view.subnet(metadata.name)) return true;
  return false;
}

/** Pods that have an address in the ledger and are not there, as `pod/namespace/name`; one for each UID. */
export function missingPods(view: LedgerView, pods: Iterable<KubernetesObject>): string[] {
  const users = usersByUid(view);
  for (const { metadata } of pods) users.delete(metadata.uid);
  return [...users.values()].sort();
}

function usersByUid(view: LedgerView): Map<string, string> {
  const byUid = new Map<string, string>();
  for (const { users } of view.subnets())
    for (const [, use] of users) for (const { uid, object } of use.users) byUid.set(uid, object);
  return byUid;
}

/** What is said while the brake holds. */
export function unknownCluster(missing: number): { readonly code: string; readonly message: string } {
  const message = [
    `None of the ${missing} Pods that have an address in the ledger is in this cluster, and nothing shows that it is the cluster`,
    'in which they were created: it may be another one, an empty one, or one that is being restored. Nothing is given up for',
    'them. Connect the right cluster, or restore the objects, and start again; if they are gone for good, say so:',
    `POST /brakes/Pod/release?missing=${missing}.`,
  ].join(' ');
  return { code: MISSING_CODE, message };
}
