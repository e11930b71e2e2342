// What fails now, and what failed last: the one for health, the other for whoever looks for a cause. A key's trouble is over
// when its reconcile succeeds. A watch does not say that it works again; so its trouble is over when it reports a change, or
// when the next failure that it would have reported did not come.
import type { Clock } from '@holdfast/clock';
import type { ReconcileFault } from '../loop/fault';

export interface ProjectorFault {
  /** Epoch milliseconds. */
  readonly atMs: number;
  readonly code: string;
  readonly message: string;
  /** Whose reconcile failed; absent when it was a watch. */
  readonly key?: string;
}

/** After its retry a call has this long to fail; one without an answer takes a minute. */
const NEXT_FAILURE_MS = 70_000;

export class Troubles {
  private last: ProjectorFault | undefined;
  /** By key or watch, the latest at the end. */
  private readonly lasting = new Map<string, { readonly fault: ProjectorFault; readonly untilMs: number }>();

  constructor(private readonly clock: Clock) {}

  get lastFault(): ProjectorFault | undefined {
    return this.last;
  }

  get current(): ProjectorFault | undefined {
    return this.latest(() => true);
  }

  /** The latest of watches: of what goes on also where nothing is reconciled. */
  get currentOfWatches(): ProjectorFault | undefined {
    return this.latest((fault) => fault.key === undefined);
  }

  ofKey(key: string, { code, message }: Pick<ReconcileFault, 'code' | 'message'>): ProjectorFault {
    return this.note(key, { atMs: this.clock.now(), code, message, key }, Infinity);
  }

  /** @param watch what is watched */
  ofWatch(
    watch: string,
    { code, message }: Pick<ReconcileFault, 'code' | 'message'>,
    retryInMs: number,
  ): ProjectorFault {
    const untilMs = this.clock.monotonic() + retryInMs + NEXT_FAILURE_MS;
    return this.note(watch, { atMs: this.clock.now(), code, message }, untilMs);
  }

  /** Nothing that a retry would end: whoever holds it back knows for how long. */
  ofHeldBack(code: string, message: string): ProjectorFault {
    return (this.last = { atMs: this.clock.now(), code, message });
  }

  /** @param source key or watch */
  over(source: string): void {
    this.lasting.delete(source);
  }

  /** Somebody else sees to all keys now. */
  overKeys(): void {
    for (const [source, { fault }] of this.lasting) if (fault.key !== undefined) this.lasting.delete(source);
  }

  private latest(concerns: (fault: ProjectorFault) => boolean): ProjectorFault | undefined {
    let latest: ProjectorFault | undefined;
    for (const { fault, untilMs } of this.lasting.values())
      if (untilMs > this.clock.monotonic() && concerns(fault)) latest = fault;
    return latest;
  }

  private note(source: string, fault: ProjectorFault, untilMs: number): ProjectorFault {
    this.lasting.delete(source);
    this.lasting.set(source, { fault, untilMs });
    this.last = fault;
    return fault;
  }
}
