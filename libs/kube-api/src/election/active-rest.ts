// A cluster as whoever stands by may use it: it reads and watches what is there, and writes nothing. That holds for each request,
// not only for what is begun: a process that was paused in the middle of something must not go on with it once another may be at work.
import type { KubernetesRest } from '../rest/kubernetes-rest';
import type { LeaseElection } from './lease-election';

/** What of an election decides it. */
export type WhileActive = Pick<LeaseElection, 'whileActive'>;

/** Writes fail with `kubernetes-standby` while the Lease is not held. */
export function activeRest(rest: KubernetesRest, election: WhileActive): KubernetesRest {
  return {
    call: (request) =>
      request.method === 'GET' ? rest.call(request) : election.whileActive(() => rest.call(request)),
    watch: (...watched) => rest.watch(...watched),
    close: () => rest.close(),
  };
}
