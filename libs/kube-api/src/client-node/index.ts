export { clientNodeKubernetesApi, type ClusterApi } from './client-node-kubernetes-api';
export { ClientNodeRest } from './client-node-rest';
