// The one loop of every projector: keys that are due are reconciled, some at a time, and failures wait longer and longer. It
// does not know what a key stands for, nor what is done about it, and concludes nothing but from how that ended.
//
//   due keys -> plan -> in flight -> settled | due again | failed: its key waits, or everything does
import { Backoff, type BackoffOptions, type Cancel, type Chance, type Clock } from '@holdfast/clock';
import { type DueKey, DueKeys, type Due, type DueOptions } from '../due/due-keys';
import type { Backlog } from '../due/backlog';
import { asReconcileFault, type ReconcileFault } from './fault';
import { ForbiddenKeys } from './forbidden-keys';

/** Something under way for some keys. */
export interface ReconcileBatch {
  readonly keys: readonly DueKey[];
  /**
   * Resolves with those of the keys that are to be looked at again, and when; the others are settled, unless they were marked
   * meanwhile. @throws ReconcileFault
   */
  readonly done: Promise<readonly Due[]>;
}

export interface ReconcileLoopOptions {
  readonly clock: Clock;
  readonly chance: Chance;
  /**
   * Compares keys one after the other, at once and for as long as it likes: what it does not take of `due` stays due. What it
   * took and did not put into the batch is settled. Undefined: there is nothing to be done for what it took.
   */
  readonly plan: (due: Iterable<DueKey>) => ReconcileBatch | undefined;
  /** 0 goes before 1, and so on; 0 for all when absent. */
  readonly rankOf?: (key: DueKey) => number;
  /**
   * Whether anything may be begun now; what is due stays due. For whoever is not connected, is fenced, or has to know first how
   * something ended. `wake` when it may be so again.
   */
  readonly mayBegin?: () => boolean;
  /** Nothing is due and nothing is in flight. It may mark keys. */
  readonly onIdle?: () => void;
  readonly onFault: (fault: ReconcileFault, keys: readonly DueKey[], retryInMs: number) => void;
  /** Keys that `plan` takes and leaves out though they differ, since nothing may be written now. */
  readonly heldBack?: ReadonlySet<DueKey>;
  /** Is told what becomes of each key. */
  readonly backlog?: Backlog;
  readonly timing?: Partial<ReconcileTiming>;
}

export interface ReconcileTiming {
  /** Batches under way at once. */
  readonly inFlightMax: number;
  /** Of one key, after a retryable fault. */
  readonly retry: BackoffOptions;
  /** Of all keys, after a retryable fault. */
  readonly pause: BackoffOptions;
  /** Of one key, after what nobody expects to succeed by itself; less up to half. */
  readonly slowRetryMs: number;
}

const TIMING: ReconcileTiming = {
  // Each waits for a server or a disk, and they take far more, from others too.
  inFlightMax: 16,
  // Retryable faults come from a server that is away: it is back in seconds, or in minutes.
  retry: { firstMs: 500, maxMs: 60_000 },
  // A server that is away is away for every key. Then one at a time tries.
  pause: { firstMs: 100, maxMs: 5_000 },
  // Such as what the server finds wrong with an object.
  slowRetryMs: 300_000,
};
/** Batches that wait for nothing would keep everything else waiting; after so many between two timers, whatever else is due goes first. */
const BURST_MAX = 64;

/** What is to be looked at again so soon is not in effect: it was put off, or another writer came between. */
const UNFINISHED_MS = 2_000;

export class ReconcileLoop {
  private readonly keys: DueKeys;
  private readonly timing: ReconcileTiming;
  private readonly inFlight = new Set<Promise<void>>();
  private keysInFlight = 0;
  private readonly pauses: Backoff;
  private isCautious = false;
  private burstLeft = BURST_MAX;
  private cancelPump: Cancel | undefined;
  private isPumping = false;
  private state: 'new' | 'started' | 'stopped' = 'new';
  private readonly forbidden: ForbiddenKeys;
  /** At some time since the start nothing was due, nothing failed and nothing was held back: each key was compared. */
  hasCompared = false;

  constructor(private readonly options: ReconcileLoopOptions) {
    const { clock, chance, timing, rankOf = () => 0 } = options;
    this.timing = { ...TIMING, ...timing };
    this.pauses = new Backoff(this.timing.pause, chance);
    this.forbidden = new ForbiddenKeys(chance);
    this.keys = new DueKeys({ clock, rankOf, onDue: () => this.wake() });
  }

  /** Keys that are due or in flight; not those that wait for a time. */
  get due(): number {
    return this.keys.size + this.keysInFlight;
  }

  /** Keys that failed, and have not succeeded since. */
  get failed(): number {
    return this.keys.sizeFailed;
  }

  isInFlight(key: DueKey): boolean {
    return this.keys.isInFlight(key);
  }

  /** Marks before `start` are kept. */
  start(): void {
    if (this.state === 'new') this.state = 'started';
    this.wake();
  }

  /** Resolves when what is under way is over; nothing else follows. */
  async stop(): Promise<void> {
    this.state = 'stopped';
    this.cancelPump?.();
    this.keys.stop();
    await Promise.all(this.inFlight);
  }

  /** See `DueKeys.mark`. */
  mark(key: DueKey, options?: DueOptions): void {
    this.keys.mark(key, options);
  }

  /** The key is to become something else than what failed. */
  clearFailure(key: DueKey): void {
    this.keys.clearFailure(key);
  }

  /** Whoever was away is back. */
  retryFailed(): void {
    this.keys.retryFailed();
    this.endPause();
  }

  /** For who does not begin anything for so long that marks pile up; all that there is, is to be marked again. */
  forgetDue(): void {
    this.keys.forgetDue();
    this.options.backlog?.forgetKeys();
  }

  /** What everything waited for since a fault may be there again. */
  endPause(): void {
    this.pauses.reset();
    this.cancelPump?.();
    this.cancelPump = undefined;
    this.wake();
  }

  /** Not at once: whoever calls may be in the middle of something. */
  wake(): void {
    if (this.isPumping || this.state !== 'started') return;
    this.isPumping = true;
    queueMicrotask(() => {
      this.isPumping = false;
      this.pump();
    });
  }

  private pump(): void {
    const { mayBegin, onIdle } = this.options;
    if (this.state !== 'started' || this.cancelPump) return;
    while (this.keys.size > 0) {
      if (this.inFlight.size >= (this.isCautious ? 1 : this.timing.inFlightMax)) return;
      if (mayBegin && !mayBegin()) return;
      if (this.burstLeft === 0) return this.pumpIn(0);
      this.countBurst();
      // Comparing alone takes time too, and waits for nothing.
      if (!this.begin() && this.keys.size > 0) return this.pumpIn(0);
    }
    if (this.inFlight.size > 0 || !(mayBegin?.() ?? true)) return;
    if (this.failed === 0 && !this.options.heldBack?.size) {
      this.hasCompared = true;
      this.options.backlog?.compared();
    }
    onIdle?.();
  }

  /** Whether anything is under way now. */
  private begin(): boolean {
    const taken = new Set<DueKey>();
    const batch = this.options.plan(this.taking(taken));
    for (const key of batch?.keys ?? []) {
      taken.delete(key);
      this.keys.begin(key);
      this.options.backlog?.begin(key);
    }
    for (const key of taken) {
      if (!this.options.heldBack?.has(key)) this.options.backlog?.agrees(key);
      this.settled(key);
    }
    if (!batch) return false;
    this.keysInFlight += batch.keys.length;
    const running: Promise<void> = this.finish(batch).finally(() => {
      this.inFlight.delete(running);
      this.wake();
    });
    this.inFlight.add(running);
    return true;
  }

  private *taking(taken: Set<DueKey>): Generator<DueKey> {
    for (const key of this.keys.take()) {
      taken.add(key);
      yield key;
    }
  }

  private settled(key: DueKey, againInMs?: number): void {
    this.forbidden.delete(key);
    this.keys.clearFailure(key);
    this.keys.end(key, againInMs);
  }

  private async finish({ keys, done }: ReconcileBatch): Promise<void> {
    try {
      const again = new Map((await done).map(({ key, delayMs = 0 }) => [key, delayMs]));
      this.pauses.reset();
      this.isCautious = false;
      for (const key of keys) {
        const againInMs = again.get(key);
        if (againInMs !== undefined && againInMs <= UNFINISHED_MS) this.options.backlog?.failed(key);
        else this.options.backlog?.landed(key);
        const wasForbidden = this.forbidden.delete(key);
        this.settled(key, againInMs);
        if (wasForbidden) this.keys.retryFailed(this.forbidden.take());
      }
    } catch (thrown) {
      const fault = asReconcileFault(thrown);
      if (this.state !== 'stopped') this.fail(keys, fault);
    } finally {
      this.keysInFlight -= keys.length;
    }
  }

  private fail(keys: readonly DueKey[], fault: ReconcileFault): void {
    const { concerns = fault.retryable ? undefined : 'key' } = fault;
    for (const key of keys) this.options.backlog?.failed(key);
    const pauseMs = concerns === 'key' ? 0 : this.pause();
    if (concerns === 'all') {
      this.options.onFault(fault, keys, pauseMs);
      for (const key of keys) this.keys.end(key, 0);
      return;
    }
    if (concerns === 'key' && keys.length > 1) return this.keys.split(keys);
    for (const key of keys) {
      const retryInMs = this.retryInMs(key, fault);
      this.keys.fail(key, retryInMs);
      this.options.onFault(fault, [key], retryInMs);
      this.keys.end(key, retryInMs);
    }
  }

  private pause(): number {
    const pauseMs = this.pauses.nextDelayMs();
    this.isCautious = true;
    // By a timer also where chance says no time at all: what fails at once must not be tried at once.
    this.cancelPump?.();
    this.pumpIn(pauseMs);
    return pauseMs;
  }

  private retryInMs(key: DueKey, { retryable, isForbidden = false }: ReconcileFault): number {
    const { retry } = this.timing;
    if (isForbidden) return this.forbidden.retryInMs(key);
    this.forbidden.delete(key);
    if (!retryable) return this.slowRetryMs();
    return this.keys.backoffOf(key, () => new Backoff(retry, this.options.chance)).nextDelayMs();
  }

  private slowRetryMs(): number {
    return Math.floor(this.timing.slowRetryMs * (0.5 + this.options.chance.random() / 2));
  }

  /** Whatever else is due had its turn as soon as a timer was called: batches that wait for a server are no burst. */
  private countBurst(): void {
    if (this.burstLeft === BURST_MAX)
      this.options.clock.after(0, () => {
        this.burstLeft = BURST_MAX;
      });
    this.burstLeft -= 1;
  }

  private pumpIn(delayMs: number): void {
    this.cancelPump = this.options.clock.after(delayMs, () => {
      this.cancelPump = undefined;
      this.pump();
    });
  }
}

/** A plan that does one key after the other. @param reconcile resolves with how many milliseconds later to look again, if at all */
export function oneByOne(
  reconcile: (key: DueKey) => Promise<number | undefined>,
): ReconcileLoopOptions['plan'] {
  return (due) => {
    for (const key of due) return { keys: [key], done: marked(key, reconcile(key)) };
    return undefined;
  };
}

async function marked(key: DueKey, again: Promise<number | undefined>): Promise<readonly Due[]> {
  const delayMs = await again;
  return delayMs === undefined ? [] : [{ key, delayMs }];
}
