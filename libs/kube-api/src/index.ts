export type { WhileActive } from './election/active-rest';
export { type ElectionOptions, type ElectionStatus, LeaseElection } from './election/lease-election';
export { actorGone, actorNamed, actorOf, THROUGH_KUBERNETES } from './object/kubernetes-actor';
export { listed, quotedText, type FieldRead, readTextList, readTexts } from './object/spec-fields';
export {
  annotationOf,
  isSameButVersion,
  migrationOf,
  NETWORKS_ANNOTATION,
  nicAnnotation,
  podNode,
  objectOf,
  only,
  RETENTION_ANNOTATION,
  trimFollowedPod,
  VIP_ANNOTATION,
} from './pod/followed-pod';
export { keptOfObject, keptOfPod } from './pod/kept-objects';
export {
  AAPS_ANNOTATION,
  addressesOfPod,
  hasPodFinished,
  isOnHostNetwork,
  isServing,
  nicsOf,
  trimPod,
  vipsNamedBy,
} from './pod/pod-reading';
export { type PodWarning, PodWarnings, SAY_AFTER_MS } from './pod/pod-warnings';
export { readRetentionRequest } from './pod/retention-request';
export { addFinalizer, FINALIZER, type FinalizerChange, removeFinalizer } from './port/finalizers';
export type {
  ObjectChange,
  ObjectPrecondition,
  Following,
  KubernetesApi,
  Watcher,
  WriteResult,
} from './port/kubernetes-api';
export { KubernetesFault, STANDBY_CODE } from './port/kubernetes-fault';
export {
  type Json,
  type JsonObject,
  keyOf,
  type KubernetesObject,
  type ObjectKey,
  type ObjectMeta,
  type ObjectRef,
  type OwnerReference,
  objectRefOf,
} from './port/kubernetes-object';
export type { LeaseRecord, Leases, LeaseWrite, SeenLease } from './port/leases';
export type { ConfigMaps, ConfigMapWrite, SeenConfigMap } from './port/config-maps';
export { STALE_RETRY_MS } from './port/stale-retry';
export {
  apiVersionOf,
  clusterResource,
  collectionPathOf,
  CONFIG_MAPS,
  EVENTS,
  IP_POOLS,
  LEASES,
  namespacedResource,
  NAMESPACES,
  NODES,
  objectPathOf,
  PODS,
  type Resource,
  STATEFUL_SETS,
  SUBNETS,
  SWITCH_LB_RULES,
  VIPS,
} from './port/resource';
export type { KubernetesRest, RestAnswer, RestRequest, WatchEnd, WatchEvent } from './rest/kubernetes-rest';
export { RestKubernetesApi } from './rest/rest-kubernetes-api';
export { RestConfigMaps } from './rest/rest-config-maps';
export { RestLeases } from './rest/rest-leases';
export { asFault } from './rest/unreachable';
