export { apiServerClock, type ApiServerClock } from './api-server-clock';
export {
  clientNodeConfigMaps,
  clientNodeKubernetesApi,
  clientNodeLeases,
} from './client-node-kubernetes-api';
export { ClientNodeRest } from './client-node-rest';
