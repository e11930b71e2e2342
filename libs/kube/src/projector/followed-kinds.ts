// How far each kind of objects is known. A cluster may do without the definition of a kind that not everybody needs: then
// that kind is known, and there are none; and it is followed from the moment when it is served.
import type { Clock } from '@holdfast/clock';
import {
  IP_POOLS,
  type KubernetesFault,
  PODS,
  type Resource,
  SUBNETS,
  SWITCH_LB_RULES,
  VIPS,
} from '@holdfast/kube-api';

export const FOLLOWED = { vips: VIPS, subnets: SUBNETS, pods: PODS, rules: SWITCH_LB_RULES, pools: IP_POOLS };

export type Followed = keyof typeof FOLLOWED;

const KINDS = Object.keys(FOLLOWED) as Followed[];
const DISPENSABLE: ReadonlySet<Followed> = new Set(['rules', 'pools']);
/** After its retry a call has this long to fail; one without an answer takes a minute. */
const NEXT_FAILURE_MS = 70_000;

export class FollowedKinds {
  private readonly complete = new Set<Followed>();
  /** Until when each counts as not served, should nothing more be heard of it. */
  private readonly unservedUntilMs = new Map<Followed, number>();

  constructor(private readonly clock: Clock) {}

  completed(kind: Followed): void {
    this.complete.add(kind);
    this.unservedUntilMs.delete(kind);
  }

  /** Whether there has been a whole list of it. */
  isComplete(kind: Followed): boolean {
    return this.complete.has(kind);
  }

  /** Whether the fault says that the cluster does not know the kind, and can do without; `isNews`: it was not known before. */
  isUnserved(
    kind: Followed,
    { code }: KubernetesFault,
    retryInMs: number,
  ): { readonly isNews: boolean } | undefined {
    if (code !== 'kubernetes-kind-unknown' || !DISPENSABLE.has(kind)) return undefined;
    const isNews = !this.isMissing(kind);
    this.unservedUntilMs.set(kind, this.clock.monotonic() + retryInMs + NEXT_FAILURE_MS);
    return { isNews };
  }

  /** A change of one of its objects came: somebody serves it. */
  seen(kind: Followed): void {
    this.unservedUntilMs.delete(kind);
  }

  get synced(): boolean {
    return KINDS.every((kind) => this.complete.has(kind) || this.isMissing(kind));
  }

  /** What the cluster calls those that it does not serve. */
  get unserved(): string[] {
    return KINDS.filter((kind) => this.isMissing(kind)).map((kind) => nameOf(FOLLOWED[kind]));
  }

  /** Whether the cluster does not know the kind. */
  lacks(kind: Followed): boolean {
    return this.isMissing(kind);
  }

  /** Before its first list a kind is unserved until that comes; afterwards for as long as it is said again and again. */
  private isMissing(kind: Followed): boolean {
    const untilMs = this.unservedUntilMs.get(kind);
    return untilMs !== undefined && (!this.complete.has(kind) || untilMs > this.clock.monotonic());
  }
}

const nameOf = ({ plural, group }: Resource): string => `${plural}.${group}`;
