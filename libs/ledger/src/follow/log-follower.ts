// Follows the log from its beginning: page by page, in order, each event once; then on every hint, and on a slow
// clock in case a hint was lost. What it is given to do with a page is done before the next page is read.
import { Backoff, type Chance, type Clock, sleep } from '@holdfast/clock';
import { type EventStore, type Position, type RecordedEvent, comparePositions } from '@holdfast/event-store';

/** Between looks at the log when no hint comes. */
const LOOK_EVERY_MS = 1_000;
const BACKOFF = { firstMs: 50, maxMs: 5_000 };

export interface LogFollowerOptions {
  readonly store: EventStore;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly onPage: (page: readonly RecordedEvent[]) => void | Promise<void>;
  /** A read failed; it will be tried again. */
  readonly onFault?: (fault: unknown) => void;
  readonly after?: Position;
}

export class LogFollower {
  private readonly stopping = new AbortController();
  private readonly caughtUp = Promise.withResolvers<void>();
  private wake = new AbortController();
  private position: Position | undefined;
  private finished: Promise<void> = Promise.resolve();
  private waiters: { readonly position: Position; readonly resolve: () => void }[] = [];

  constructor(private readonly options: LogFollowerOptions) {
    this.position = options.after;
  }

  /** Resolves when what the log held at the start has been read. */
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
    const { clock, chance, onFault } = this.options;
    const backoff = new Backoff(BACKOFF, chance);
    while (!this.stopping.signal.aborted) {
      this.wake = new AbortController();
      if (this.stopping.signal.aborted) return;
      try {
        await this.readToEnd();
        backoff.reset();
        this.caughtUp.resolve();
        await sleep(clock, LOOK_EVERY_MS, this.wake.signal);
      } catch (fault) {
        onFault?.(fault);
        await sleep(clock, backoff.nextDelayMs(), this.stopping.signal);
      }
    }
  }

  private async readToEnd(): Promise<void> {
    for await (const page of this.options.store.readAll(this.position)) {
      if (this.stopping.signal.aborted) return;
      await this.options.onPage(page);
      this.position = page[page.length - 1]?.position ?? this.position;
      for (const { position, resolve } of this.waiters) if (this.isPast(position)) resolve();
    }
  }
}
