// The sandbox in the same process as its client, for tests in virtual time: no socket, no thread, the same answers.
import { sleep } from '@holdfast/clock';
import { KubernetesFault } from '../../port/kubernetes-fault';
import type {
  KubernetesRest,
  RestAnswer,
  RestRequest,
  WatchEnd,
  WatchEvent,
} from '../../rest/kubernetes-rest';
import { unreachable } from '../../rest/unreachable';
import { type ClusterRequest, SandboxCluster } from './sandbox-cluster';
import type { SandboxFaults } from './sandbox-faults';
import { WatchStream } from './requests/watch-stream';

export class SandboxRest implements KubernetesRest {
  private closed = false;
  /** When false, as if the network were cut: calls fail, and open watches break. */
  private reachable = true;
  private readonly breaks = new Set<() => void>();

  constructor(
    private readonly cluster: SandboxCluster,
    private readonly faults: SandboxFaults,
  ) {}

  cut(): void {
    this.reachable = false;
    for (const broken of [...this.breaks]) broken();
  }

  mend(): void {
    this.reachable = true;
  }

  async call(request: RestRequest): Promise<RestAnswer> {
    if (this.faults.delayMs > 0) await sleep(this.faults.clock, this.faults.delayMs);
    if (this.closed) throw new KubernetesFault('kubernetes-closed', 'the connection was closed', false);
    if (!this.reachable) throw unreachable(new Error('cut by the test'));
    const call = clusterRequest(request);
    const refusal = this.faults.refusalOf(call);
    const answer = refusal ? { status: refusal.code, body: refusal.body } : this.cluster.handle(call);
    return { status: answer.status, body: copy(answer.body) };
  }

  watch(
    path: string,
    query: Readonly<Record<string, string>>,
    onEvent: (event: WatchEvent) => void,
    signal: AbortSignal,
    onOpen?: () => void,
  ): Promise<WatchEnd> {
    const request = clusterRequest({ method: 'GET', path, query: { ...query, watch: 'true' } });
    const refusal = this.faults.refusalOf(request);
    if (refusal) return Promise.resolve({ ended: 'refused', status: refusal.code, message: refusal.message });
    if (signal.aborted || this.closed) return Promise.resolve({ ended: 'closed' });
    if (!this.reachable)
      return Promise.resolve({ ended: 'broken', fault: unreachable(new Error('cut by the test')) });
    return this.stream(request, onEvent, signal, onOpen);
  }

  async close(): Promise<void> {
    this.closed = true;
    for (const broken of [...this.breaks]) broken();
  }

  private stream(
    request: ClusterRequest,
    onEvent: (event: WatchEvent) => void,
    signal: AbortSignal,
    onOpen: () => void = () => undefined,
  ): Promise<WatchEnd> {
    return new Promise((resolve, reject) => {
      let over = false;
      const finish = (settle: () => void): void => {
        if (over) return;
        over = true;
        this.breaks.delete(broken);
        signal.removeEventListener('abort', aborted);
        if (stream instanceof WatchStream) stream.close();
        settle();
      };
      const aborted = (): void => finish(() => resolve({ ended: 'closed' }));
      const broken = (): void =>
        finish(() => resolve({ ended: 'broken', fault: unreachable(new Error('cut by the test')) }));
      // After the write that caused it has returned, as over a wire.
      const later = (run: () => void): void => queueMicrotask(() => (over ? undefined : run()));
      const stream = this.cluster.watch(request, {
        event: (event) => later(() => tell(event)),
        end: () => later(aborted),
      });
      const tell = (event: object): void => {
        try {
          onEvent(copy(event) as WatchEvent);
        } catch (bug) {
          finish(() => reject(bug));
        }
      };
      if (!(stream instanceof WatchStream))
        return finish(() => resolve({ ended: 'refused', status: stream.status, message: 'no stream' }));
      this.breaks.add(broken);
      signal.addEventListener('abort', aborted);
      later(onOpen);
      if (this.faults.hangsUp) stream.end();
    });
  }
}

function clusterRequest({ method, path, query, body, contentType }: RestRequest): ClusterRequest {
  return {
    method,
    path,
    query: new URLSearchParams(query),
    accept: 'application/json',
    contentType: contentType ?? 'application/json',
    body: body === undefined ? undefined : copy(body),
  };
}

/** As JSON over a wire: nothing is shared, and what is undefined is absent. */
function copy(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
