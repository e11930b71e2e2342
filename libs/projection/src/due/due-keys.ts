// Which keys are due, and when: marks coalesce, what others need comes first, and a key that failed waits for its retry. Keys
// that failed together because of one of them come again in ever smaller groups. It does not know what a key stands for, it
// begins nothing, and it has no opinion on how long to wait.
//
//   mark -> (later) -> due -> taken -> in flight -> nothing more | again in n ms | failed: again after its retry
//             ^                            |
//             +------- marked meanwhile ---+
import type { Backoff, Cancel, Clock } from '@holdfast/clock';

/** Names what may be due; what it names is the projector's to know. */
export type DueKey = string;

export interface DueOptions {
  /** At the latest so long from now; at once when absent. */
  readonly delayMs?: number;
  /** What it failed with may be over: it need not wait for its retry. */
  readonly isNews?: boolean;
}

/** A key that is to be looked at, and when. */
export interface Due extends DueOptions {
  readonly key: DueKey;
}

/** What is to be remembered of a key besides that it is due or in flight: of most of them nothing. */
interface Entry {
  /** After a failure: only news comes before this, by the monotonic clock. */
  notBeforeMs?: number;
  /** Whether there was news since it went in flight. */
  isNews?: boolean;
  /** When it becomes due, by the monotonic clock. */
  dueMs?: number;
  cancel?: Cancel;
  /** Of its retries. */
  backoff?: Backoff;
}

export interface DueKeysOptions {
  readonly clock: Clock;
  /** 0 comes before 1, and so on; those of low rank must be few, or the others would never be taken. */
  readonly rankOf: (key: DueKey) => number;
  /** Something became due. */
  readonly onDue: () => void;
}

export class DueKeys {
  private readonly entries = new Map<DueKey, Entry>();
  private readonly inFlight = new Set<DueKey>();
  /** By rank, each in the order in which they became due. */
  private readonly due: Set<DueKey>[] = [];
  private readonly suspects: DueKey[][] = [];
  /** All that are in a group of suspects. */
  private readonly suspected = new Set<DueKey>();
  private readonly failed = new Set<DueKey>();
  private isStopped = false;

  constructor(private readonly options: DueKeysOptions) {}

  /** Keys that are due now. */
  get size(): number {
    let size = 0;
    for (const keys of this.due) size += keys?.size ?? 0;
    for (const group of this.suspects) size += group.length;
    return size;
  }

  /** Keys that failed, and have not succeeded since. */
  get sizeFailed(): number {
    return this.failed.size;
  }

  isInFlight(key: DueKey): boolean {
    return this.inFlight.has(key);
  }

  /**
   * Of several marks the earliest holds. After a failure none comes before its retry, unless it `isNews`: what is marked all
   * the time must not be tried all the time. A key in flight becomes due when that is over.
   */
  mark(key: DueKey, { delayMs = 0, isNews = false }: DueOptions = {}): void {
    if (this.isStopped || this.isDue(key)) return;
    const isInFlight = this.inFlight.has(key);
    if (delayMs <= 0 && !isInFlight && !this.entries.has(key)) return this.becomeDue(key);
    const entry = this.entryOf(key);
    const soonestMs = this.options.clock.monotonic() + delayMs;
    const dueMs = isNews ? soonestMs : Math.max(soonestMs, entry.notBeforeMs ?? 0);
    entry.isNews ||= isNews;
    if (entry.dueMs !== undefined && entry.dueMs <= dueMs) return;
    entry.cancel?.();
    entry.cancel = undefined;
    entry.dueMs = dueMs;
    if (!isInFlight) this.schedule(key, entry, dueMs);
  }

  /** The next keys, as an iterator that may be left at any time: what was not taken stays due. Suspects are never mixed with others. */
  *take(): Generator<DueKey> {
    const group = this.suspects.pop();
    const suspects = new Set(group);
    try {
      for (const keys of group ? [suspects] : this.due)
        for (const key of keys ?? []) {
          keys.delete(key);
          this.suspected.delete(key);
          yield key;
        }
    } finally {
      if (suspects.size > 0) this.suspects.push([...suspects]);
    }
  }

  /** The key was taken, and something is under way for it. */
  begin(key: DueKey): void {
    this.inFlight.add(key);
    const entry = this.entries.get(key);
    if (entry) entry.isNews = false;
  }

  /** What was under way is over. @param againInMs when to look at it again, whatever happens */
  end(key: DueKey, againInMs?: number): void {
    const wasInFlight = this.inFlight.delete(key);
    const entry = this.entries.get(key);
    if (this.isStopped) return;
    const { dueMs, isNews = false } = entry ?? {};
    if (entry && wasInFlight) entry.dueMs = undefined;
    if (againInMs !== undefined) this.mark(key, { delayMs: againInMs });
    if (wasInFlight && dueMs !== undefined)
      this.mark(key, { delayMs: Math.max(0, dueMs - this.options.clock.monotonic()), isNews });
    if (entry) this.forgetIfIdle(key, entry);
  }

  /** The key's own retries, for as long as it fails. */
  backoffOf(key: DueKey, create: () => Backoff): Backoff {
    return (this.entryOf(key).backoff ??= create());
  }

  /** To be followed by `end`. */
  fail(key: DueKey, retryInMs: number): void {
    this.failed.add(key);
    this.entryOf(key).notBeforeMs = this.options.clock.monotonic() + retryInMs;
  }

  /** It succeeded, or is to become something else than what failed: its failures say nothing any more. */
  clearFailure(key: DueKey): void {
    const entry = this.entries.get(key);
    if (!entry) return;
    this.failed.delete(key);
    entry.backoff = undefined;
    entry.notBeforeMs = undefined;
    this.forgetIfIdle(key, entry);
  }

  /** What they failed with may be over for all of them: none waits for its retry. */
  retryFailed(keys: Iterable<DueKey> = this.failed): void {
    for (const key of [...keys]) if (this.failed.has(key)) this.mark(key, { isNews: true });
  }

  /** These failed together because of one of them; they are due in two groups, one after the other. */
  split(keys: readonly DueKey[]): void {
    const middle = Math.ceil(keys.length / 2);
    for (const group of [keys.slice(middle), keys.slice(0, middle)]) {
      if (group.length === 0) continue;
      for (const key of group) {
        this.inFlight.delete(key);
        this.suspected.add(key);
        const entry = this.entries.get(key);
        entry?.cancel?.();
        if (entry) Object.assign(entry, { dueMs: undefined, cancel: undefined });
      }
      this.suspects.push(group);
    }
    this.options.onDue();
  }

  /** Forgets what is due, and what failed before; what waits for its time, or is in flight, stays. */
  forgetDue(): void {
    for (const keys of this.due) keys?.clear();
    this.suspects.length = 0;
    this.suspected.clear();
    for (const key of this.failed) this.clearFailure(key);
  }

  /** Forgets what is due; no other mark counts. */
  stop(): void {
    this.isStopped = true;
    this.forgetDue();
    for (const { cancel } of this.entries.values()) cancel?.();
  }

  private isDue(key: DueKey): boolean {
    return this.suspected.has(key) || (this.due[this.options.rankOf(key)]?.has(key) ?? false);
  }

  private schedule(key: DueKey, entry: Entry, dueMs: number): void {
    const delayMs = dueMs - this.options.clock.monotonic();
    if (delayMs <= 0) return this.becomeDue(key);
    entry.cancel = this.options.clock.after(delayMs, () => this.becomeDue(key));
  }

  private becomeDue(key: DueKey): void {
    const entry = this.entries.get(key);
    if (entry) {
      entry.dueMs = undefined;
      entry.cancel = undefined;
      this.forgetIfIdle(key, entry);
    }
    const rank = this.options.rankOf(key);
    (this.due[rank] ??= new Set()).add(key);
    this.options.onDue();
  }

  private forgetIfIdle(key: DueKey, entry: Entry): void {
    const { dueMs, notBeforeMs, backoff } = entry;
    if (dueMs === undefined && notBeforeMs === undefined && !backoff) this.entries.delete(key);
  }

  private entryOf(key: DueKey): Entry {
    let entry = this.entries.get(key);
    if (!entry) this.entries.set(key, (entry = {}));
    return entry;
  }
}
