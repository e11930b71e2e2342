export { apiServerClock, type ApiServerClock } from './api-server-clock';
export {
  clientNodeConfigMaps,
  clientNodeKubernetesApi,
  clientNodeLeases,
  type ClusterApi,
} from './client-node-kubernetes-api';
export { ClientNodeRest } from './client-node-rest';
