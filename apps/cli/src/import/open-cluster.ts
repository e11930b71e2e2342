// The cluster that import reads, found as kubectl finds it. Loaded only when it is asked: the client takes longer to load
// than all the rest.
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { KubernetesApi } from '@holdfast/kube-api';
import { clientNodeKubernetesApi } from '@holdfast/kube-api/client-node';
import type { Io } from '../io';
import { UsageFault } from '../usage-fault';

export interface ClusterFlags {
  readonly kubeconfig?: string;
  readonly context?: string;
}

/** @throws UsageFault, KubernetesFault `kubernetes-config-invalid` */
export function openCluster(flags: ClusterFlags, io: Io): KubernetesApi {
  const { clock, chance } = io;
  const { context } = flags;
  const cluster = { kubeconfigFile: kubeconfigFile(flags, io) };
  return clientNodeKubernetesApi({ cluster, clock, chance, ...(context !== undefined && { context }) });
}

function kubeconfigFile({ kubeconfig }: ClusterFlags, { env }: Io): string {
  const said = kubeconfig ?? env['KUBECONFIG'] ?? '';
  const files = said.split(kubeconfig === undefined ? delimiter : '\0').filter((file) => file !== '');
  if (files.length > 1)
    throw new UsageFault('KUBECONFIG names several files; name the one with --kubeconfig');
  const [file = join(env['HOME'] || homedir(), '.kube', 'config')] = files;
  if (existsSync(file)) return file;
  throw new UsageFault(`there is no ${file}; name the cluster's kubeconfig with --kubeconfig`);
}
