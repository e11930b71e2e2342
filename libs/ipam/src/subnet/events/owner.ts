// For which object outside something is in the ledger: whose it is to change and to let go of. Nothing here decides by it;
// it is recorded for those who make Kubernetes' objects and the ledger agree.

export interface ObjectOwner {
  /**
   * `KubernetesObject`: it was asked for on behalf of an object of its name, and follows whatever object has that name.
   * `ImportedObject`: it was recorded of an object while it was taken over from elsewhere, and is that object's alone.
   */
  readonly kind: 'KubernetesObject' | 'ImportedObject';
  /** `vips.kubeovn.io`. */
  readonly resource: string;
  /** Of the object as it was then. Absent: it was stored before events said so. */
  readonly uid?: string;
}
