// Nest's tokens of what the projectors of one cluster share.

/** The one connection to the cluster, which writes only while the Lease is held: a `KubernetesApi`. */
export const KUBERNETES_API = Symbol('KubernetesApi');
/** The ledger as these projectors are handed it: a `ProjectorLedger`. */
export const KUBERNETES_LEDGER = Symbol('KubernetesLedger');
/** The cluster as it is, a `ClusterApi`; whoever writes to it uses `KUBERNETES_API`. */
export const CLUSTER_API = Symbol('ClusterApi');
