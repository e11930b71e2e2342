// A cluster as whoever stands by may use it: it follows what is there, and writes nothing. That holds for each write, not only for
// what is begun: a process that was paused in the middle of something must not go on with it once another may be at work.
import type { KubernetesApi } from '../port/kubernetes-api';
import type { LeaseElection } from './lease-election';

/** Writes fail with `kubernetes-standby` while the Lease is not held. */
export function activeApi(api: KubernetesApi, election: Pick<LeaseElection, 'whileActive'>): KubernetesApi {
  return {
    follow: (...following) => api.follow(...following),
    patch: (...change) => election.whileActive(() => api.patch(...change)),
    patchStatus: (...change) => election.whileActive(() => api.patchStatus(...change)),
    recordEvent: (event) => election.whileActive(() => api.recordEvent(event)),
    close: () => api.close(),
  };
}
