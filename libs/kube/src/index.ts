export {
  type Change,
  type Expected,
  type Following,
  type KubernetesApi,
  type ObjectEvent,
  type Watcher,
  type WriteResult,
} from './kubernetes-api';
export { KubernetesFault, type KubernetesFaultCode } from './kubernetes-fault';
export {
  type Json,
  type JsonObject,
  keyOf,
  type KubernetesObject,
  type ObjectKey,
  type ObjectMeta,
  type ObjectRef,
  type OwnerReference,
  refOf,
} from './kubernetes-object';
export { addFinalizer, type FinalizerChange, removeFinalizer } from './finalizers';
export {
  apiVersionOf,
  clusterResource,
  EVENTS,
  IP_POOLS,
  namespacedResource,
  NAMESPACES,
  NODES,
  PODS,
  type Resource,
  SERVICES,
  STATEFUL_SETS,
  SUBNETS,
  SWITCH_LB_RULES,
  VIPS,
} from './resource';
export {
  KubernetesFace,
  type KubernetesFaceOptions,
  type KubernetesFaceStatus,
} from './face/kubernetes-face';
export type { MissingAnswer } from './face/brakes';
export { type Ledger, type LedgerAnswer, type LedgerOrder, THROUGH_KUBERNETES } from './face/ledger';
export { FINALIZER } from './face/object-writer';
export { POOL_SUBNET_ANNOTATION } from './face/pools/pool-home';
export { COOLING_ANNOTATION, SUBNET_RETENTION_ANNOTATION } from './face/subnet-spec';
export type { FaceFault } from './face/troubles';
export { AAPS_ANNOTATION } from './face/pods/pod-reading';
export type { Bound } from './face/vip-uses';
export type { Projection } from './face/wanted-status';
export {
  type AdoptionOrder,
  type AdoptionPlan,
  type AdoptionStep,
  type ClusterObjects,
  type Conflict,
  type ConflictCode,
  importActor,
  isHeldBack,
  kubeOvnRuns,
  type LedgerContents,
  type LedgerReservation,
  type LedgerSubnet,
  type LedgerVip,
  type Party,
  planAdoption,
  type PortAddress,
  readCluster,
  type ReadClusterOptions,
  refusedByLedger,
  type Source,
} from './adoption';
export {
  type Difference,
  PodAddresses,
  type PodAddressesOptions,
  type PodAddressesStatus,
  RETENTION_ANNOTATION,
  VIP_ANNOTATION,
} from './pod-addresses';
