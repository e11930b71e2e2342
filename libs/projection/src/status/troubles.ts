// What fails now, and what failed last: the one for health, the other for whoever looks for a cause. A key's trouble is over when
// its reconcile succeeds, a watch's when it works again; nothing is over because time went by. What fails in the same way is one
// trouble, however many keys and watches it concerns.
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

/** Everything that fails now with the same code. */
export interface ProjectorTrouble {
  readonly code: string;
  /** Of the latest. */
  readonly message: string;
  /** When the first of them failed that has not succeeded since, epoch milliseconds. */
  readonly sinceMs: number;
  /** Keys that fail so. */
  readonly keys: number;
  /** Watches that fail so: of a kind whose changes are not seen. */
  readonly watches: number;
}

type Writable<Of> = { -readonly [Field in keyof Of]: Of[Field] };

export class Troubles {
  private last: ProjectorFault | undefined;
  /** By key or watch, the latest at the end. */
  private readonly lasting = new Map<string, ProjectorFault>();
  private readonly byCode = new Map<string, Writable<ProjectorTrouble>>();

  /** @param onChange a trouble began, or is over */
  constructor(
    private readonly clock: Clock,
    private readonly onChange: () => void = () => undefined,
  ) {}

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

  /** The oldest first. */
  get all(): readonly ProjectorTrouble[] {
    return [...this.byCode.values()].map((trouble) => ({ ...trouble }));
  }

  ofKey(key: string, { code, message }: Pick<ReconcileFault, 'code' | 'message'>): ProjectorFault {
    return this.note(key, { atMs: this.clock.now(), code, message, key });
  }

  /** @param watch what is watched */
  ofWatch(watch: string, { code, message }: Pick<ReconcileFault, 'code' | 'message'>): ProjectorFault {
    return this.note(watch, { atMs: this.clock.now(), code, message });
  }

  /** Nothing that a retry would end: whoever holds it back knows for how long. */
  ofHeldBack(code: string, message: string): ProjectorFault {
    return (this.last = { atMs: this.clock.now(), code, message });
  }

  /** @param source key or watch. @returns whether it was in trouble */
  over(source: string): boolean {
    const fault = this.lasting.get(source);
    if (!fault) return false;
    this.lasting.delete(source);
    this.leave(fault);
    return true;
  }

  /** Somebody else sees to all keys now. */
  overKeys(): void {
    for (const [source, fault] of this.lasting) if (fault.key !== undefined) this.over(source);
  }

  private latest(concerns: (fault: ProjectorFault) => boolean): ProjectorFault | undefined {
    let latest: ProjectorFault | undefined;
    for (const fault of this.lasting.values()) if (concerns(fault)) latest = fault;
    return latest;
  }

  private note(source: string, fault: ProjectorFault): ProjectorFault {
    const before = this.lasting.get(source);
    this.lasting.delete(source);
    this.lasting.set(source, fault);
    this.last = fault;
    if (before?.code === fault.code)
      (this.byCode.get(fault.code) as Writable<ProjectorTrouble>).message = fault.message;
    else {
      this.join(fault);
      if (before) this.leave(before);
    }
    return fault;
  }

  private join({ code, message, atMs, key }: ProjectorFault): void {
    const trouble = this.byCode.get(code);
    const joined = trouble ?? { code, message, sinceMs: atMs, keys: 0, watches: 0 };
    joined.message = message;
    joined[key === undefined ? 'watches' : 'keys'] += 1;
    if (trouble) return;
    this.byCode.set(code, joined);
    this.onChange();
  }

  private leave({ code, key }: ProjectorFault): void {
    const trouble = this.byCode.get(code) as Writable<ProjectorTrouble>;
    trouble[key === undefined ? 'watches' : 'keys'] -= 1;
    if (trouble.keys + trouble.watches > 0) return;
    this.byCode.delete(code);
    this.onChange();
  }
}
