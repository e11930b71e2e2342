// What fails now, and what failed last: the one for health, the other for whoever looks for a cause. An object's trouble
// is over when its turn succeeds. A watch does not say that it works again; so its trouble is over when it reports a
// change, or when the next failure that it would have reported did not come.
import type { Clock } from '@holdfast/clock';
import type { Fault } from './due-queue';

export interface FaceFault {
  /** Epoch milliseconds. */
  readonly atMs: number;
  readonly code: string;
  readonly message: string;
  /** The object whose turn failed; absent when it was a watch. */
  readonly key?: string;
}

/** After its retry a call has this long to fail; one without an answer takes a minute. */
const NEXT_FAILURE_MS = 70_000;

export class Troubles {
  private last: FaceFault | undefined;
  /** By key or kind, the latest at the end. */
  private readonly lasting = new Map<string, { readonly fault: FaceFault; readonly untilMs: number }>();

  constructor(private readonly clock: Clock) {}

  get lastFault(): FaceFault | undefined {
    return this.last;
  }

  get current(): FaceFault | undefined {
    let latest: FaceFault | undefined;
    for (const { fault, untilMs } of this.lasting.values())
      if (untilMs > this.clock.monotonic()) latest = fault;
    return latest;
  }

  ofObject(key: string, { code, message }: Fault): FaceFault {
    return this.note(key, { atMs: this.clock.now(), code, message, key }, Infinity);
  }

  /** @param kind of which objects are watched */
  ofWatch(kind: string, { code, message }: Fault, retryInMs: number): FaceFault {
    const untilMs = this.clock.monotonic() + retryInMs + NEXT_FAILURE_MS;
    return this.note(kind, { atMs: this.clock.now(), code, message }, untilMs);
  }

  /** Nothing that failed, and nothing that a retry would end: whoever holds it back tells for how long. */
  ofMissing(code: string, message: string): FaceFault {
    return (this.last = { atMs: this.clock.now(), code, message });
  }

  /** @param source key or kind */
  over(source: string): void {
    this.lasting.delete(source);
  }

  private note(source: string, fault: FaceFault, untilMs: number): FaceFault {
    this.lasting.delete(source);
    this.lasting.set(source, { fault, untilMs });
    this.last = fault;
    return fault;
  }
}
