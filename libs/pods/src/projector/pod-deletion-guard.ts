// The deletion guard of Pods (infra/docs/adr/0017): in a cluster that is another one, an empty one, or one that is being restored,
// every Pod that the ledger knows is missing. Decided once, with the first whole lists; what is seen going afterwards is gone in
// any case.
import type { LedgerView } from '@holdfast/ipam';
import { FINALIZER, type KubernetesObject } from '@holdfast/kube-api';
import { HELD_BACK_NAMES_MAX, type HeldBack, overrideReply, type OverrideReply } from '@holdfast/projection';

export interface PodsAndSubnets {
  readonly pods: Iterable<KubernetesObject>;
  readonly subnets: Iterable<KubernetesObject>;
}

const KIND = 'Pod';
/** One alone has nothing to be compared with. */
const USERS_LEAST = 2;

export class PodDeletionGuard {
  private isKnown = true;

  constructor(
    private readonly view: () => LedgerView,
    private readonly pods: () => Iterable<KubernetesObject>,
  ) {}

  /** With the first whole lists. */
  listed(objects: PodsAndSubnets): void {
    this.isKnown = isKnownCluster(this.view(), objects);
  }

  /** Whether what is missing, and was not seen going, may be gone. */
  get isOpen(): boolean {
    return this.isKnown;
  }

  heldBack(): HeldBack | undefined {
    if (this.isKnown) return undefined;
    const names = missingPods(this.view(), this.pods());
    return {
      ...{ kind: KIND, missing: names.length, names: names.slice(0, HELD_BACK_NAMES_MAX) },
      message: unknownCluster(names.length),
    };
  }

  /** See `overrideReply`; names are `pod/namespace/name`. */
  override(kind: string, missing: number): OverrideReply {
    const held = kind === KIND ? this.heldBack() : undefined;
    return overrideReply(kind, held, missing, () => {
      this.isKnown = true;
      return missingPods(this.view(), this.pods());
    });
  }
}

/**
 * Whether something there shows that it is the cluster that the ledger knows: a Pod that uses what the ledger says it does, or
 * a Subnet's object that we have put our finalizer on.
 */
function isKnownCluster(view: LedgerView, { pods, subnets }: PodsAndSubnets): boolean {
  const uids = new Set(usersByUid(view).keys());
  if (uids.size < USERS_LEAST) return true;
  for (const { metadata } of pods) if (uids.has(metadata.uid)) return true;
  for (const { metadata } of subnets)
    if (metadata.finalizers?.includes(FINALIZER) && view.subnet(metadata.name)) return true;
  return false;
}

/** Pods that have an address in the ledger and are not there, as `pod/namespace/name`; one for each UID. */
function missingPods(view: LedgerView, pods: Iterable<KubernetesObject>): string[] {
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

function unknownCluster(missing: number): string {
  return [
    `None of the ${missing} Pods that have an address in the ledger is in this cluster, and nothing shows that it is the cluster`,
    'in which they were created: it may be another one, an empty one, or one that is being restored. Nothing is given up for',
    'them. Connect the right cluster, or restore the objects, and start again; if they are gone for good, override this guard:',
    `POST /deletion-guards/${KIND}/override?missing=${missing}.`,
  ].join(' ');
}
