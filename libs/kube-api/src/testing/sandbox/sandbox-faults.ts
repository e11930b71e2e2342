// What a test tells the sandbox to do wrong.
import type { Clock } from '@holdfast/clock';
import { StatusFailure } from './definitions/status-failure';
import type { ClusterRequest, SandboxCluster } from './sandbox-cluster';

export interface FailingRequest {
  /** How many requests fail; 1 when absent. */
  readonly times?: number;
  /** The HTTP status that they are answered with. */
  readonly status: number;
  /** Which requests; all when absent. */
  readonly when?: (request: ClusterRequest) => boolean;
}

export class SandboxFaults {
  private failing: { left: number; status: number; when: (request: ClusterRequest) => boolean }[] = [];
  /** Before every answer. */
  delayMs = 0;
  /** Every watch is ended as soon as it is open. */
  hangsUp = false;

  constructor(
    private readonly cluster: SandboxCluster,
    readonly clock: Clock,
  ) {}

  /** The next requests of that description fail without having done anything. */
  fail({ times = 1, status, when = () => true }: FailingRequest): void {
    this.failing.push({ left: times, status, when });
  }

  /** From now on nothing is done wrong; what was done stays. */
  heal(): void {
    this.failing = [];
    this.delayMs = 0;
    this.hangsUp = false;
  }

  /** Every watch ends. */
  dropWatches(): void {
    this.cluster.dropWatches();
  }

  /** Open watches turn half-open: nothing comes, and nobody says so. */
  silenceWatches(): void {
    this.cluster.silenceWatches();
  }

  /** History is forgotten: a watch or a page from before now is told 410. */
  compact(): void {
    this.cluster.store.compact();
  }

  /** The refusal that a request is to be answered with, if it is one of those that fail. */
  refusalOf(request: ClusterRequest): StatusFailure | undefined {
    const rule = this.failing.find(({ left, when }) => left > 0 && when(request));
    if (!rule) return undefined;
    rule.left -= 1;
    this.failing = this.failing.filter(({ left }) => left > 0);
    return new StatusFailure(
      rule.status,
      rule.status === 409 ? 'Conflict' : 'InternalError',
      'failed by the test',
    );
  }
}
