// What the projectors found different between the ledger and what is out there, at the start and since, with how each may have come
// about: the last of them, for whoever looks at this process. The log has all of them; the ledger none, because they are no facts
// of it. Gone with the process.
import type { Clock } from '@holdfast/clock';

export interface Difference {
  /** What differed: `vips.kubeovn.io/web`, `statefulset/default/web/0 in ovn-default`, `vip/web`. */
  readonly about: string;
  /** How, in words. */
  readonly what: string;
  /** How that may have come about, and what was done. */
  readonly why: string;
}

export interface FoundDifference extends Difference {
  /** RFC 3339. */
  readonly at: string;
  readonly projector: string;
}

/** Of each projector, so that one that talks much leaves those of others alone: what somebody reads, and not what somebody counts. */
const KEPT_MAX = 50;

export class Differences {
  private readonly kept = new Map<string, FoundDifference[]>();
  private readonly counted = new Map<string, number>();

  /** @param log is told each */
  constructor(
    private readonly clock: Clock,
    private readonly log: (found: FoundDifference) => void,
  ) {}

  found(projector: string, { about, what, why }: Difference): void {
    const at = new Date(this.clock.now()).toISOString();
    const kept = this.kept.get(projector) ?? [];
    kept.push({ at, projector, about, what, why });
    this.log({ at, projector, about, what, why });
    if (kept.length > KEPT_MAX) kept.shift();
    this.kept.set(projector, kept);
    this.counted.set(projector, (this.counted.get(projector) ?? 0) + 1);
  }

  /** How many there were since the start, by projector. */
  get counts(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.counted);
  }

  /** The newest first. */
  get last(): readonly FoundDifference[] {
    return [...this.kept.values()].flat().sort((a, b) => (a.at > b.at ? -1 : a.at < b.at ? 1 : 0));
  }
}
