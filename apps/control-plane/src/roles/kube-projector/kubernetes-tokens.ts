// Nest's tokens of what the projectors of one cluster share.

/** The one connection to the cluster: a `ClusterApi`. */
export const KUBERNETES_API = Symbol('KubernetesApi');
/** The ledger as these projectors are handed it: a `ProjectorLedger`. */
export const KUBERNETES_LEDGER = Symbol('KubernetesLedger');
