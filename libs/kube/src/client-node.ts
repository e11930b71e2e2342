export {
  type ClientNodeOptions,
  clientNodeKubernetesApi,
  type ClusterSource,
} from './client-node-kubernetes-api';
