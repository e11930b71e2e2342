// Follows the log from its beginning: page by page, in order, each event once; then on every hint, and on a slow
// clock in case a hint was lost. What it is given to do with a page is done before the next page is read. It says how far it
// is, and since when it has not come further.
import { Backoff, type Chance, type Clock, sleep } from '@holdfast/clock';
import { type EventStore, type Position, type RecordedEvent, comparePositions } from '@holdfast/event-store';
import { UnreadableEvent } from './ledger-fact';

/** Between looks at the log when no hint comes. */
const LOOK_EVERY_MS = 1_000;
const BACKOFF = { firstMs: 50, maxMs: 5_000 };

export interface LogFollowerOptions {
  readonly store: EventStore;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly onPage: (page: readonly RecordedEvent[]) => void | Promise<void>;
  /** It began to fail, or works again: `failing` says what. */
  readonly onFailing?: () => void;
  /** It came to an event that cannot be read, after it had reached the log's end once, and has ended. */
  readonly onEnd?: (fault: UnreadableEvent) => void;
  readonly after?: Position;
}

/** What keeps it from going on; it tries again. */
export interface FollowingFault {
  readonly fault: unknown;
  /** When it first failed since it last succeeded, epoch milliseconds. */
  readonly sinceMs: number;
}

export class LogFollower {
  private readonly stopping = new AbortController();
  private readonly caughtUp = Promise.withResolvers<void>();
  private wake = new AbortController();
  private position: Position | undefined;
  private finished: Promise<void> = Promise.resolve();
  private waiters: { readonly position: Position; readonly resolve: () => void }[] = [];
  private fault: FollowingFault | undefined;
  private page: readonly RecordedEvent[] = [];
  /** When the store last answered, by both clocks. */
  private answered: { readonly atMs: number; readonly monotonicMs: number };

  constructor(private readonly options: LogFollowerOptions) {
    this.position = options.after;
    const { clock } = options;
    this.answered = { atMs: clock.now(), monotonicMs: clock.monotonic() };
    // Whoever starts it need not wait for it.
    this.caughtUp.promise.catch(() => undefined);
  }

  /** Resolves when what the log held at the start has been read. @throws UnreadableEvent: it has ended */
  start(): Promise<void> {
    const unhook = this.options.store.onAppend(() => this.wake.abort());
    this.finished = this.run().finally(unhook);
    return this.caughtUp.promise;
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    this.wake.abort();
    await this.finished;
  }

  get reachedPosition(): Position | undefined {
    return this.position;
  }

  get failing(): FollowingFault | undefined {
    return this.fault;
  }

  /** The events that were read and are not done with, beyond `reachedPosition`. */
  get pending(): readonly RecordedEvent[] {
    return this.page;
  }

  /** For how long the store has not answered: what was appended since is not known here. */
  get unansweredMs(): number {
    return this.options.clock.monotonic() - this.answered.monotonicMs;
  }

  /** When it last did, epoch milliseconds. */
  get answeredAtMs(): number {
    return this.answered.atMs;
  }

  /** Whether `position` has been read within `withinMs`. */
  async hasReached(position: Position, withinMs: number): Promise<boolean> {
    if (this.isPast(position)) return true;
    const { promise, resolve } = Promise.withResolvers<void>();
    const waiter = { position, resolve };
    this.waiters.push(waiter);
    const cancel = this.options.clock.after(withinMs, resolve);
    await promise;
    cancel();
    this.waiters = this.waiters.filter((other) => other !== waiter);
    return this.isPast(position);
  }

  private isPast(position: Position): boolean {
    return this.position !== undefined && comparePositions(this.position, position) >= 0;
  }

  private async run(): Promise<void> {
    const { clock, chance } = this.options;
    const backoff = new Backoff(BACKOFF, chance);
    while (!this.stopping.signal.aborted) {
      this.wake = new AbortController();
      if (this.stopping.signal.aborted) return;
      try {
        await this.readToEnd();
        backoff.reset();
        this.works();
        this.caughtUp.resolve();
        await sleep(clock, LOOK_EVERY_MS, this.wake.signal);
      } catch (fault) {
        if (fault instanceof UnreadableEvent) return this.end(fault);
        this.fails(fault);
        await sleep(clock, backoff.nextDelayMs(), this.stopping.signal);
      }
    }
  }

  private async readToEnd(): Promise<void> {
    for await (const page of this.options.store.readAll(this.position)) {
      if (this.stopping.signal.aborted) return;
      this.answers();
      this.page = page;
      await this.options.onPage(page);
      this.page = [];
      this.position = page[page.length - 1]?.position ?? this.position;
      this.works();
      for (const { position, resolve } of this.waiters) if (this.isPast(position)) resolve();
    }
    this.answers();
    this.page = [];
  }

  private answers(): void {
    const { clock } = this.options;
    this.answered = { atMs: clock.now(), monotonicMs: clock.monotonic() };
  }

  private works(): void {
    if (!this.fault) return;
    this.fault = undefined;
    this.options.onFailing?.();
  }

  private fails(fault: unknown): void {
    const isNews = !this.fault;
    this.fault = { fault, sinceMs: this.fault?.sinceMs ?? this.options.clock.now() };
    if (isNews) this.options.onFailing?.();
  }

  private end(fault: UnreadableEvent): void {
    this.fails(fault);
    this.caughtUp.reject(fault);
    this.options.onEnd?.(fault);
  }
}
