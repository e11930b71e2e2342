// An API server that a test has started, whichever: the one suite is written against this.
import type { KubectlRun } from './kubectl';

export interface KubernetesServer {
  /** For the names of tests. */
  readonly name: string;
  readonly url: string;
  /** The text of the file: how to log in as an administrator. */
  readonly kubeconfig: string;
  readonly kubeconfigFile: string;
  /** Runs kubectl against this server; fails only when kubectl cannot be run at all. */
  kubectl(args: readonly string[], stdin?: string): Promise<KubectlRun>;
  /** A request as it is, without any client library. */
  request(method: string, path: string, body?: unknown, contentType?: string): Promise<PlainAnswer>;
  /** Ends all connections and forgets the watch history; the objects and the address stay. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export interface PlainAnswer {
  readonly status: number;
  readonly body: unknown;
}

export interface Login {
  readonly url: string;
  /** PEM; absent for plain HTTP. */
  readonly authority?: string;
  readonly token?: string;
}

/** JSON is YAML. */
export function kubeconfigOf({ url, authority, token }: Login): string {
  const cluster = authority
    ? { server: url, 'certificate-authority-data': Buffer.from(authority).toString('base64') }
    : { server: url, 'insecure-skip-tls-verify': true };
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster }],
    users: [{ name: 'test', user: token ? { token } : {} }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
    'current-context': 'test',
  });
}
