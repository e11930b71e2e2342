// Failures of the connection as faults; anything else is a bug and stays what it is.
import { KubernetesFault } from '../port/kubernetes-fault';

/** Raised by a `KubernetesRest` for what went wrong below HTTP. @param server who it is that did not answer */
export function unreachable(cause: unknown, server?: string): KubernetesFault {
  const who = server === undefined ? 'Kubernetes' : `the API server ${server}`;
  return new KubernetesFault('kubernetes-unreachable', `${who} did not answer: ${reasonOf(cause)}`, true, {
    cause,
  });
}

/** A fault is passed on; a bug is thrown again, so that nothing hides it. */
export function asFault(thrown: unknown): KubernetesFault {
  if (thrown instanceof KubernetesFault) return thrown;
  throw thrown;
}

/** `fetch` says only "fetch failed"; what happened is in the causes below it. */
function reasonOf(cause: unknown): string {
  let deepest = cause;
  for (let depth = 0; depth < 5 && deepest instanceof Error && deepest.cause instanceof Error; depth += 1)
    deepest = deepest.cause;
  return deepest instanceof Error ? deepest.message || deepest.name : String(deepest);
}
