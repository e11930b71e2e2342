// Which cluster `--kubeconfig` names.

export type Cluster = { readonly inCluster: true } | { readonly kubeconfigFile: string };

export const clusterOf = (kubeconfig: string): Cluster =>
  kubeconfig === 'in-cluster' ? { inCluster: true } : { kubeconfigFile: kubeconfig };
