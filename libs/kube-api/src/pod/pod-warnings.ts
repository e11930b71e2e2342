// What Pods are told that may not answer for a Vip: one Event for each thing said, a moment after it became so, because
// a Pod and its Vip are often created, or labelled, one after the other. Kept in memory only; after a restart the same
// is said once more, and counted on the same Event.
import type { Clock } from '@holdfast/clock';
import type { KubernetesApi } from '../port/kubernetes-api';
import type { KubernetesObject } from '../port/kubernetes-object';

/** So long nothing is said: what people apply together has arrived by then. */
export const SAY_AFTER_MS = 2_000;
/** Events of one reconcile; a Vip that thousands of Pods name wrongly must not keep the others waiting. */
const SAID_MAX = 16;
/** Until the next of those. */
const SAY_MORE_MS = 1_000;

export interface PodWarning {
  readonly pod: KubernetesObject;
  readonly reason: string;
  readonly message: string;
}

interface Said {
  readonly sinceMs: number;
  isRecorded: boolean;
}

export class PodWarnings {
  /** By Vip, then by Pod and what it is told. */
  private readonly byVip = new Map<string, Map<string, Said>>();

  constructor(
    private readonly api: Pick<KubernetesApi, 'recordEvent'>,
    private readonly clock: Clock,
  ) {}

  /**
   * All that there is to say about the Vip now; what was said before and is not among it is over.
   * @returns in how many milliseconds there is more to do, if at all
   * @throws KubernetesFault
   */
  async say(vip: string, warnings: readonly PodWarning[]): Promise<number | undefined> {
    const said = this.merge(vip, warnings);
    let left = SAID_MAX;
    let againInMs: number | undefined;
    for (const warning of warnings) {
      const one = said.get(idOf(warning)) as Said;
      if (one.isRecorded) continue;
      const waitMs = left === 0 ? SAY_MORE_MS : one.sinceMs + SAY_AFTER_MS - this.clock.monotonic();
      if (waitMs > 0) {
        againInMs = Math.min(againInMs ?? waitMs, waitMs);
        continue;
      }
      left -= 1;
      const { pod: regarding, reason, message } = warning;
      await this.api.recordEvent({ regarding, type: 'Warning', reason, message });
      one.isRecorded = true;
    }
    return againInMs;
  }

  private merge(vip: string, warnings: readonly PodWarning[]): Map<string, Said> {
    const before = this.byVip.get(vip);
    const sinceMs = this.clock.monotonic();
    const said = new Map<string, Said>();
    for (const id of warnings.map(idOf)) said.set(id, before?.get(id) ?? { sinceMs, isRecorded: false });
    if (said.size > 0) this.byVip.set(vip, said);
    else this.byVip.delete(vip);
    return said;
  }
}

const idOf = ({ pod, reason, message }: PodWarning): string => `${pod.metadata.uid} ${reason}: ${message}`;
