// The same cases over the sandbox API server and over a real kube-apiserver. Where one cannot be had they are skipped, with the
// reason in their title.
import {
  kubeApiserverSkipReason,
  type KubernetesServer,
  startKubeApiserver,
  startSandboxApiServer,
} from '@holdfast/kube-api/testing';

export type StartServer = () => Promise<KubernetesServer>;

/** @param sandboxSkipReason why not over the sandbox; `undefined`: there too */
export function describeOverEachCluster(
  describeOne: (startServer: StartServer) => void,
  sandboxSkipReason?: string,
): void {
  describeOver('the sandbox', () => startSandboxApiServer(), sandboxSkipReason, describeOne);
  describeOver('a real kube-apiserver', () => startKubeApiserver(), kubeApiserverSkipReason(), describeOne);
}

function describeOver(
  name: string,
  startServer: StartServer,
  skipReason: string | undefined,
  describeOne: (startServer: StartServer) => void,
): void {
  const describeOrSkip = skipReason ? describe.skip : describe;
  const title = skipReason ? `over ${name} [skipped: ${skipReason}]` : `over ${name}`;
  describeOrSkip(title, () => describeOne(startServer));
}
