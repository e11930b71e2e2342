// Which Vips of the ledger are an object's own, to change and to release: those that were reserved for it through here, and
// those that import recorded of it, by its UID, before. All others are somebody else's.
import type { LedgerView } from '@holdfast/ipam';
import type { KubernetesObject } from '@holdfast/kube-api';

/**
 * @param object of that name; undefined: there is none. Then what was imported is nobody's: it may have been imported of
 * another cluster, and that its object is not in this one shows nothing.
 */
export function isOwnVip(view: LedgerView, name: string, object: KubernetesObject | undefined): boolean {
  const owner = view.ownerOfVip(name);
  if (owner?.kind === 'KubernetesObject') return true;
  return owner?.kind === 'ImportedObject' && object !== undefined && owner.uid === object.metadata.uid;
}
