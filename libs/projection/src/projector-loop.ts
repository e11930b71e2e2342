// A projector without what it projects to: facts and changes mark keys, a slow clock marks all keys, and each key that is due is
// reconciled from what is there. Nothing is done in a callback, and nothing is remembered that a restart could lose.
//
//   changes --+
//   facts ----+--> due keys --> reconcile --> whatever is written
//   clock ----+
//
// Which keys there are, what they stand for and what is done for them is the projector's own. Whether it may write at all
// (it is not connected, or the other side is another ledger's) goes in by `mayBegin`; whether another process does this one's
// work, by `isActive`: who stands by follows everything and is ready to go on, at once.
import type { Cancel, Chance, Clock } from '@holdfast/clock';
import type { DueKey, Due, DueOptions } from './due/due-keys';
import { ReconcileLoop, type ReconcileLoopOptions } from './loop/reconcile-loop';
import { Backlog, type FactPlace, type Unprojected } from './due/backlog';
import { type ProjectorFault, Troubles } from './status/troubles';

export interface ProjectorLoopOptions<Fact>
  extends Omit<ReconcileLoopOptions, 'clock' | 'chance' | 'onFault' | 'backlog'> {
  readonly clock: Clock;
  readonly chance: Chance;
  /** Calls `listener` with every fact from now on, in order. Returns what ends it. */
  readonly onFacts: (listener: (facts: readonly Fact[]) => void) => () => void;
  /** Whom the fact concerns. May keep indexes up to date, and does nothing else. */
  readonly keysOf: (fact: Fact) => Iterable<Due>;
  /** All for which anything should be, or is; those that others need come first. */
  readonly allKeys: () => Iterable<Due>;
  /** How often all keys are due, less up to a tenth: against what no change and no fact told of. */
  readonly resyncEveryMs: number;
  /** False: `isResync` is never asked, so that no note is taken of each key. For who has very many of them. */
  readonly notesResyncs?: boolean;
  /**
   * False: another process does this one's work, and nothing is begun here; what is due waits. `wake` when it says something
   * else. Absent: true.
   */
  readonly isActive?: () => boolean;
  /** For the log: what failed, and when it is tried again. */
  readonly onFault?: (fault: ProjectorFault, retryInMs: number) => void;
  /** A trouble began, or is over: `troubles` has others. */
  readonly onTroubles?: () => void;
}

export class ProjectorLoop<Fact extends FactPlace> {
  readonly troubles: Troubles;
  private readonly backlog = new Backlog();
  private readonly loop: ReconcileLoop;
  /** Keys whose next reconcile is one that a resync asks for. */
  private readonly resynced = new Set<DueKey>();
  private stopFacts: () => void = () => undefined;
  private cancelResync: Cancel = () => undefined;
  private wasActive = true;

  constructor(private readonly options: ProjectorLoopOptions<Fact>) {
    const { clock, chance, timing, plan, rankOf, mayBegin, isActive, onIdle, heldBack } = options;
    this.troubles = new Troubles(clock, options.onTroubles);
    this.loop = new ReconcileLoop({
      ...{ clock, chance, plan, backlog: this.backlog },
      ...(heldBack && { heldBack }),
      ...(timing && { timing }),
      ...(rankOf && { rankOf }),
      ...((mayBegin || isActive) && { mayBegin: () => this.isActive && (mayBegin?.() ?? true) }),
      ...(onIdle && { onIdle }),
      onFault: (fault, keys, retryInMs) => {
        // What was under way when another took over, and could not go on, is no trouble.
        if (!this.isActive) return;
        for (const key of keys) this.report(this.troubles.ofKey(key, fault), retryInMs);
      },
    });
  }

  /** Keys that are due now, or in flight. */
  get due(): number {
    return this.loop.due;
  }

  /** What fails now, and what failed last. Of who stands by, only what it follows can fail. */
  get faults(): Pick<Troubles, 'current' | 'lastFault' | 'all'> {
    const { current, currentOfWatches, lastFault, all } = this.troubles;
    if (this.isActive) return { current, lastFault, all };
    return { current: currentOfWatches, lastFault, all: all.filter(({ watches }) => watches > 0) };
  }

  /** Keys that failed, and have not succeeded since. */
  get failed(): number {
    return this.loop.failed;
  }

  /** Whether all keys were compared once with what is there. */
  get hasCompared(): boolean {
    return this.loop.hasCompared;
  }

  /** What is not in effect. Costs a look at each key that is due. */
  get unprojected(): Unprojected | undefined {
    return this.backlog.unprojected;
  }

  /** From now on facts mark keys; nothing is reconciled before `start`. */
  followFacts(): void {
    this.stopFacts = this.options.onFacts((facts) => {
      for (const fact of facts) {
        this.backlog.happened(fact);
        for (const due of this.options.keysOf(fact)) {
          this.backlog.concerns(due.key);
          this.loop.mark(due.key, due);
        }
      }
    });
  }

  /** What is there is known: everything is due. */
  start(): void {
    this.resyncAndAgain();
    this.loop.start();
  }

  /** Resolves when what is under way is over; nothing else follows. */
  async stop(): Promise<void> {
    this.stopFacts();
    this.cancelResync();
    await this.loop.stop();
  }

  mark(key: DueKey, options?: DueOptions): void {
    this.loop.mark(key, options);
  }

  markEach(due: Iterable<Due>): void {
    for (const one of due) this.loop.mark(one.key, one);
  }

  /** Marks all keys. */
  resync(): void {
    for (const due of this.options.allKeys()) {
      if (this.options.notesResyncs !== false) this.resynced.add(due.key);
      this.loop.mark(due.key, due);
    }
  }

  /** Whether what is found different for the key was missed so far, rather than being news. */
  isResync(key: DueKey): boolean {
    return this.resynced.has(key);
  }

  /** The key's resync is over, or something told of the key since. */
  endResync(key: DueKey): void {
    this.resynced.delete(key);
  }

  isInFlight(key: DueKey): boolean {
    return this.loop.isInFlight(key);
  }

  /** The key is to become something else than what failed. */
  clearFailure(key: DueKey): void {
    this.loop.clearFailure(key);
  }

  /** What everything waited for since a fault may be there again. */
  endPause(): void {
    this.loop.endPause();
  }

  /** To be called when `mayBegin` or `isActive` may say something else, or for `onIdle` to be called once more. */
  wake(): void {
    // What another process did meanwhile is known when all is compared.
    if (this.isActive && !this.wasActive) this.loop.hasCompared = false;
    this.wasActive = this.isActive;
    this.loop.wake();
  }

  /** A watch failed, or whatever else is no key's. @param source what `worksAgain` is told */
  watchFailed(source: string, fault: Pick<ProjectorFault, 'code' | 'message'>, retryInMs: number): void {
    this.report(this.troubles.ofWatch(source, fault), retryInMs);
  }

  /** What was said to fail does not any more. Whoever was away is back, so that whatever failed meanwhile is tried at once. */
  worksAgain(source: string): void {
    if (this.troubles.over(source)) this.loop.retryFailed();
  }

  report(fault: ProjectorFault, retryInMs: number): void {
    this.options.onFault?.(fault, retryInMs);
  }

  private get isActive(): boolean {
    return this.options.isActive?.() ?? true;
  }

  /** Who stands by for days would keep a key of everything that ever was; what there is, is marked again. */
  private forgetWhatOthersDo(): void {
    this.loop.forgetDue();
    this.resynced.clear();
    this.troubles.overKeys();
  }

  private resyncAndAgain(): void {
    const { clock, chance, resyncEveryMs } = this.options;
    if (!this.isActive) this.forgetWhatOthersDo();
    this.resync();
    const delayMs = resyncEveryMs * (1 - 0.1 * chance.random());
    this.cancelResync = clock.after(delayMs, () => this.resyncAndAgain());
  }
}
