// Nest's tokens of what the projectors of one cluster share.

/** `CLUSTER_API` as the projectors have it: no status is ahead of the ledger's mark. */
export const KUBERNETES_API = Symbol('KubernetesApi');
/** The ledger as these projectors are handed it: a `ProjectorLedger`. */
export const KUBERNETES_LEDGER = Symbol('KubernetesLedger');
/** The one connection to the cluster, which writes only while the Lease is held: a `ClusterApi`. */
export const CLUSTER_API = Symbol('ClusterApi');
