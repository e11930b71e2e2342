// Which cluster `--kubeconfig` names.

export type NamedCluster = { readonly inCluster: true } | { readonly kubeconfigFile: string };

export const clusterOf = (kubeconfig: string): NamedCluster =>
  kubeconfig === 'in-cluster' ? { inCluster: true } : { kubeconfigFile: kubeconfig };
