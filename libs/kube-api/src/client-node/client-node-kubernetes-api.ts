// The port on a real cluster, through @kubernetes/client-node. Of that library the ways to log in and the watch stream
// are used; its typed models are not, because they drop unknown fields in silence, nor its informer, which stops for
// good at the first error it does not know.
import type { Chance, Clock } from '@holdfast/clock';
import { KubeConfig } from '@kubernetes/client-node';
import { ClientNodeRest } from './client-node-rest';
import type { KubernetesApi } from '../port/kubernetes-api';
import { activeRest, type WhileActive } from '../election/active-rest';
import { KubernetesFault } from '../port/kubernetes-fault';
import type { ConfigMaps } from '../port/config-maps';
import type { Leases } from '../port/leases';
import { RestConfigMaps } from '../rest/rest-config-maps';
import { RestLeases } from '../rest/rest-leases';
import { RestKubernetesApi } from '../rest/rest-kubernetes-api';

/** Which cluster. It must be named: there is no default, so that nothing is ever written to one by accident. */
export type ClusterSource =
  | { readonly kubeconfigFile: string }
  | { readonly kubeconfigText: string }
  /** The service account of the Pod that this runs in. */
  | { readonly inCluster: true };

/** No longer than an election waits for it, and a bit: a call that hangs lets go of its connection. */
const LEASE_CALL_TIMEOUT_MS = 4_000;

const COMPONENT = 'holdfast';

export interface ClientNodeOptions {
  readonly cluster: ClusterSource;
  /** Of the kubeconfig; its current one when absent. */
  readonly context?: string;
  readonly clock: Clock;
  readonly chance: Chance;
  /** Who records Events, and manages the fields that are written; `holdfast` when absent. */
  readonly component?: string;
  /** Of that component; nothing is said about it when absent. */
  readonly version?: string;
  /** Whoever writes must be the one that works; anybody may when absent. */
  readonly election?: WhileActive;
}

export interface ClusterApi extends KubernetesApi {
  /** Base URL of the API server, for people. */
  readonly server: string;
}

/** Connects to nothing yet. @throws KubernetesFault `kubernetes-config-invalid` */
export function clientNodeKubernetesApi(options: ClientNodeOptions): ClusterApi {
  const { clock, chance, component = COMPONENT, election } = options;
  const connected = restOf(options);
  const rest = election ? activeRest(connected, election) : connected;
  const { server } = connected;
  return Object.assign(new RestKubernetesApi({ rest, clock, chance, component }), { server });
}

/** Leases of the same cluster, over connections of their own: what projectors ask must not keep a renewal waiting. */
export function clientNodeLeases(options: Omit<ClientNodeOptions, 'component' | 'election'>): Leases {
  return new RestLeases(restOf(options, LEASE_CALL_TIMEOUT_MS), options.clock);
}

/** ConfigMaps of the same cluster. */
export function clientNodeConfigMaps(options: Omit<ClientNodeOptions, 'component'>): ConfigMaps {
  const { election } = options;
  const connected = restOf(options, LEASE_CALL_TIMEOUT_MS);
  return new RestConfigMaps(election ? activeRest(connected, election) : connected);
}

function restOf(options: ClientNodeOptions, timeoutMs?: number): ClientNodeRest {
  const { cluster, context, clock, component = COMPONENT, version } = options;
  const userAgent = version === undefined ? component : `${component}/${version}`;
  const client = { userAgent, fieldManager: component };
  return new ClientNodeRest(loadConfig(cluster, context), clock, client, timeoutMs);
}

/** @throws KubernetesFault `kubernetes-config-invalid` */
export function loadConfig(source: ClusterSource, context: string | undefined): KubeConfig {
  const config = new KubeConfig();
  try {
    if ('kubeconfigFile' in source) config.loadFromFile(source.kubeconfigFile);
    else if ('kubeconfigText' in source) config.loadFromString(source.kubeconfigText);
    else loadInCluster(config);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw invalid(`the kubeconfig cannot be read: ${reason}`, cause);
  }
  if (context !== undefined) config.setCurrentContext(context);
  const cluster = config.getCurrentCluster();
  const current = config.getCurrentContext();
  if (!current) throw invalid('the kubeconfig has no current-context, and none was named');
  if (!cluster) throw invalid(`the kubeconfig has no cluster for the context "${current}"`);
  if (cluster.server.startsWith('http:') && !cluster.skipTLSVerify)
    throw invalid(`${cluster.server} is not encrypted: say insecure-skip-tls-verify if that is meant`);
  return config;
}

function loadInCluster(config: KubeConfig): void {
  if (!process.env['KUBERNETES_SERVICE_HOST'])
    throw new Error('KUBERNETES_SERVICE_HOST is not set: this does not run in a Pod');
  config.loadFromCluster();
}

function invalid(message: string, cause?: unknown): KubernetesFault {
  return new KubernetesFault('kubernetes-config-invalid', message, false, { cause });
}
