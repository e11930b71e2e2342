// Makes the Northbound's rows equal to what the ledger says, and keeps them so. Level-triggered: whatever
// happened, keys are marked due, and one loop compares what is due with what is there and writes the difference.
//
//   facts ────────┐
//   row changes ──┼─> due keys ─> plan ─> transactions ─> row changes
//   slow clock ───┘
//
// It never concludes from a transaction what is there now: the rows tell.
import { Backoff, type Cancel, type Chance, type Clock, sleep } from '@holdfast/clock';
import type { Holder, LedgerView, SubnetFact } from '@holdfast/ipam';
import { Alarm } from './wakeup';
import { type LedgerMark, type Verdict, judge, recordedIn } from './mark';
import { Concerns, keysOfLedger } from './invalidation';
import type { Difference } from '../actual/row-difference';
import { DueKeys } from './due-keys';
import { noInterests } from '../plan/dependencies';
import { LedgerIndex } from '../model/ledger-relations';
import type { Northbound, NorthboundChange, NorthboundState } from '../actual/northbound';
import { NorthboundRows } from '../actual/northbound-rows';
import type { Outcome } from './transaction-outcome';
import { type DueKey, kindOf, portKey, ruleKey, subnetKey, vipKey } from '../model/row-keys';
import { Batch, type Notice, type PlannedKey, type SwitchLbVip } from '../plan/plan';
import { planners } from '../plan/planners';
import { type Projection, Projections } from './projections';
import { SelfCheck } from '../actual/self-check';
import type { Drift, ReconcilerStatus } from './status';
import { type ToldRow, toldRows } from '../actual/row-summary';
import { Transactions } from './transactions';

export interface ReconcilerOptions {
  readonly northbound: Northbound;
  /** Shows all that the log held when the reconciler is started, and every fact before it is told of it. */
  readonly view: LedgerView;
  /** Orders two positions of the ledger: negative, zero or positive. */
  readonly comparePositions: (a: string, b: string) => number;
  /**
   * Tells this ledger from any other, such as the id of its first event; `undefined` while it has none. Left out:
   * a Northbound written from another ledger is noticed only while that one's position is ahead.
   */
  readonly ledgerId?: () => string | undefined;
  /** How a switch comes to answer for a Vip of type `switch_lb_vip`; default `router-port`. */
  readonly switchLbVip?: SwitchLbVip;
  readonly clock: Clock;
  readonly chance: Chance;
}

/** The server's best size: fewer cost round trips, more make everybody else wait. */
const ROWS_PER_TRANSACTION = 100;
/** A millisecond or two of comparing, then everybody else's turn. */
const KEYS_PER_TURN = 1000;
/** Everything is compared this often, in case a change was missed. It is not how drift is found: the monitor is. */
const SURVEY_EVERY_MS = 60_000;
const AFTER_FAILURE = { firstMs: 20, maxMs: 5_000 };
/** Another projector may have written from events that are on their way to us. */
const BEHIND_GRACE_MS = 5_000;
const NO_TOPICS: readonly string[] = [];

export class NorthboundReconciler {
  private readonly rows = new NorthboundRows();
  private readonly interests = noInterests();
  private readonly index: LedgerIndex;
  private readonly selfCheck: SelfCheck;
  private readonly concerns: Concerns;
  private readonly transactions: Transactions;
  private readonly due: DueKeys;
  /** Compared and different, while we may not write. */
  private readonly pending = new Set<DueKey>();
  private readonly projections = new Projections();
  private readonly driftListeners = new Set<(drift: Drift) => void>();
  private readonly alarm = new Alarm();
  private readonly backoff: Backoff;
  private readonly stopping = new AbortController();
  private pause = new AbortController();
  private state: NorthboundState = { isConnected: false, isActive: false, trouble: undefined };
  private verdict: Verdict | undefined;
  private mayWrite = false;
  private behindSinceMs: number | undefined;
  private mustRest = false;
  private failure: string | undefined;
  /** Everything was compared at least once: a row of ours that nobody knows is drift from now on. */
  private isSurveyed = false;
  private settledPosition: string | undefined;
  private settledWaiters: (() => void)[] = [];
  private lastDrift: Drift | undefined;
  private drifts = 0;
  private cancelSurvey: Cancel = () => undefined;
  private stopWatching: () => Promise<void> = () => Promise.resolve();
  private running: Promise<void> = Promise.resolve();

  constructor(private readonly options: ReconcilerOptions) {
    const { clock, chance, northbound, view } = options;
    this.index = new LedgerIndex(view);
    this.selfCheck = new SelfCheck(this.rows, view);
    this.concerns = new Concerns(view, this.index, this.rows, this.interests, this.selfCheck, {
      wanted: (key) => this.wantedChanged(key),
      ownRows: (key) => this.rowsConcern(key),
      surroundings: (key) => this.surroundingsChanged(key),
      disturbed: (key) => {
        this.projections.disturb(key);
        this.surroundingsChanged(key);
      },
      isKnown: (key) => this.projections.has(key),
    });
    this.transactions = new Transactions(northbound, this.rows, {
      onConfirmed: ({ key, position, notice }) => this.agrees(key, position, true, notice),
      onDone: (planned, outcome) => this.done(planned, outcome),
    });
    this.due = new DueKeys(clock, chance, () => this.alarm.ring());
    this.backoff = new Backoff(AFTER_FAILURE, chance);
  }

  start(): void {
    this.index.build();
    this.stopWatching = this.options.northbound.watch({
      rowsChanged: (changes) => this.rowsChanged(changes),
      stateChanged: (state) => this.stateChanged(state),
    });
    this.armSurvey();
    this.running = this.run();
  }

  /** Waits for the transaction under way, then lets another projector take over. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.pause.abort();
    this.cancelSurvey();
    this.alarm.ring();
    await this.running;
    this.due.stop();
    await this.stopWatching();
  }

  /** To be called with every fact of a Subnet, in order, once the view shows it. */
  factsApplied(facts: readonly SubnetFact[]): void {
    for (const fact of facts) this.concerns.factApplied(fact);
    this.alarm.ring();
  }

  /** `undefined`: there is no such Vip, and nothing of it is left in the Northbound. */
  projectionOf(vip: string): Projection | undefined {
    return this.projections.get(vipKey(vip));
  }

  projectionOfSubnet(subnet: string): Projection | undefined {
    return this.projections.get(subnetKey(subnet));
  }

  projectionOfPort(subnet: string, holder: Holder): Projection | undefined {
    return this.projections.get(portKey(subnet, holder));
  }

  projectionOfRule(subnet: string, rule: string): Projection | undefined {
    return this.projections.get(ruleKey(subnet, rule));
  }

  /** What there is of the Vip and of its rules now, whether or not it should be. */
  rowsOf(vip: string): readonly ToldRow[] {
    const entry = this.options.view.vip(vip);
    const rules = [...(entry?.subnet.uses.rulesOf(vip) ?? [])];
    const keys = [vipKey(vip), ...rules.map((rule) => ruleKey(entry!.subnet.name, rule))];
    return toldRows(keys.flatMap((key) => this.rows.ownOf(key)));
  }

  /** Calls `listener` with `vip/<name>`, `rule/<subnet>/<name>` or `subnet/<name>` when its projection changed. Returns what ends it. */
  onChange(listener: (key: DueKey) => void): () => void {
    return this.projections.onChange(listener);
  }

  /** Calls `listener` with every row that somebody else changed, before it is repaired. Returns what ends it. */
  onDrift(listener: (drift: Drift) => void): () => void {
    const own = (drift: Drift): void => listener(drift);
    this.driftListeners.add(own);
    return () => this.driftListeners.delete(own);
  }

  /** Resolves once nothing is left to do: what the view shows now is in effect, or has an obstacle. */
  whenSettled(): Promise<void> {
    return new Promise((resolve) => {
      this.settledWaiters.push(resolve);
      this.alarm.ring();
    });
  }

  status(): ReconcilerStatus {
    const { state, due, pending, lastDrift } = this;
    return {
      connected: state.isConnected,
      isActive: state.isActive,
      position: this.settledPosition,
      recordedPosition: recordedIn(this.rows.global).position,
      due: due.size + due.sizeHeldBack + pending.size,
      lastDrift,
      obstacles: this.projections.obstacles(),
      conflicts: this.selfCheck.conflicts(),
      trouble: this.trouble(),
      counts: { ...this.transactions.counts, drifts: this.drifts },
    };
  }

  private trouble(): string | undefined {
    const { state, verdict, behindSinceMs, failure, options } = this;
    if (!state.isConnected) return state.trouble ?? 'not connected to the Northbound yet';
    const behindMs = behindSinceMs === undefined ? 0 : options.clock.monotonic() - behindSinceMs;
    if (verdict?.may === 'wait' && (verdict.why === 'OtherLedger' || behindMs >= BEHIND_GRACE_MS))
      return `${verdict.why}: ${verdict.message}`;
    return failure;
  }

  private rowsChanged(changes: readonly NorthboundChange[]): void {
    this.rows.apply(changes, this.concerns);
    this.reportDrift(this.selfCheck.look());
    this.alarm.ring();
  }

  private stateChanged(state: NorthboundState): void {
    const isBack = state.isConnected && !this.state.isConnected;
    this.state = state;
    if (isBack) {
      this.rows.expectNothing();
      this.survey();
    }
    this.failure = undefined;
    this.backoff.reset();
    this.pause.abort();
    this.alarm.ring();
  }

  private wantedChanged(key: DueKey): void {
    this.projections.unsettle(key);
    this.transactions.touch(key);
    this.due.clear(key);
    this.due.add(key);
  }

  private surroundingsChanged(key: DueKey): void {
    this.transactions.touch(key);
    this.rowsConcern(key);
  }

  /** Rows changed by which the key may be settled, or not be any more. */
  private rowsConcern(key: DueKey): void {
    if (this.transactions.concern(key)) return; // It is looked at as soon as that is known.
    this.due.release(key);
    this.due.add(key);
  }

  private survey(): void {
    for (const key of keysOfLedger(this.options.view, this.index)) this.due.add(key);
    for (const key of this.rows.ownKeys()) this.due.add(key);
    for (const key of this.projections.keys()) this.due.add(key);
    this.alarm.ring();
  }

  private armSurvey(): void {
    this.cancelSurvey = this.options.clock.after(SURVEY_EVERY_MS, () => {
      this.survey();
      this.armSurvey();
    });
  }

  private async run(): Promise<void> {
    while (!this.stopping.signal.aborted) await this.step();
    await this.transactions.whenIdle();
  }

  /** Does what can be done now; resolves when there may be more. */
  private step(): Promise<void> | undefined {
    if (!this.state.isConnected || this.transactions.isFull) return this.alarm.heard();
    if (this.mustRest) return this.rest();
    this.judge();
    const batch = this.plan();
    if (batch.size > 0) return this.send(batch);
    if (this.due.size > 0) return sleep(this.options.clock, 0, this.stopping.signal);
    if (this.transactions.isIdle) {
      if (this.isCheckpointLost()) return this.send(batch);
      this.settle();
    }
    return this.alarm.heard();
  }

  private judge(): void {
    const { comparePositions, clock } = this.options;
    this.verdict = judge(this.rows.global, this.mark(), comparePositions);
    const isBehind = this.verdict.may === 'wait' && this.verdict.why === 'LedgerBehind';
    this.behindSinceMs = isBehind ? (this.behindSinceMs ?? clock.monotonic()) : undefined;
    const couldWrite = this.mayWrite;
    this.mayWrite = this.state.isActive && this.verdict.may === 'write';
    if (!this.mayWrite || couldWrite) return;
    for (const key of this.pending) this.due.add(key);
    this.pending.clear();
  }

  private plan(): Batch {
    const { view, chance, switchLbVip = 'router-port' } = this.options;
    const { rows, index } = this;
    const batch = new Batch({ view, index, rows, switchLbVip, chance });
    let compared = 0;
    for (const key of this.due.take()) {
      if (this.transactions.concern(key)) continue; // It is due again as soon as that is known.
      this.compare(key, batch);
      compared += 1;
      if (batch.size >= ROWS_PER_TRANSACTION || compared >= KEYS_PER_TURN) break;
    }
    return batch;
  }

  private compare(key: DueKey, batch: Batch): void {
    const wasSettled = this.projections.isSettled(key) ?? this.isSurveyed;
    const planned = planners[kindOf(key)](key, batch, wasSettled);
    const { position, writes, obstacle, notice, topics = NO_TOPICS } = planned;
    this.interests.set(key, topics);
    this.pending.delete(key);
    if (writes.length === 0) {
      if (!obstacle && !planned.isPending) return this.agrees(key, position, planned.hasRows, notice);
      this.due.clear(key);
      if (obstacle) return this.projections.blockedBy(key, position, obstacle);
      return this.projections.differs(key, position, false);
    }
    if (!this.mayWrite) {
      this.pending.add(key);
      return this.projections.differs(key, position, wasSettled);
    }
    // What should be may be something else by now, but that rows were taken away is no doubt.
    const isDisturbed = this.projections.isDisturbed(key);
    const drift = planned.differences.filter(({ kind }) => !isDisturbed || kind === 'missing');
    if (wasSettled && !obstacle) this.reportDrift(drift);
    this.projections.differs(key, position, false);
    batch.add({ key, position, writes, notice });
  }

  private agrees(key: DueKey, position: string | undefined, hasRows: boolean, notice?: Notice): void {
    this.due.clear(key);
    this.projections.agrees(key, position, hasRows, notice);
  }

  private reportDrift(differences: readonly Difference[]): void {
    const atMs = this.options.clock.now();
    for (const difference of differences) {
      const drift = { ...difference, atMs };
      this.lastDrift = drift;
      this.drifts += 1;
      for (const listener of this.driftListeners) listener(drift);
    }
  }

  private send(batch: Batch): undefined {
    this.transactions.send(batch, this.mark());
  }

  private mark(): LedgerMark {
    return { position: this.options.view.position, ledger: this.options.ledgerId?.() };
  }

  private done(planned: readonly PlannedKey[], outcome: Outcome): void {
    this.alarm.ring();
    if (outcome.kind === 'blamed' && planned.length > 0) return this.blame(planned, outcome.message);
    for (const { key } of planned) this.due.add(key);
    if (outcome.kind === 'committed') {
      this.backoff.reset();
      this.failure = undefined;
    } else if (outcome.kind !== 'superseded') {
      this.failure = outcome.message;
      this.mustRest = true;
    }
  }

  /** One of the keys is to blame: they are told apart by smaller transactions, and the last one waits. */
  private blame(planned: readonly PlannedKey[], message: string): void {
    const [only] = planned;
    if (only && planned.length === 1)
      this.projections.blockedBy(only.key, only.position, { reason: 'Refused', message });
    this.due.blame(planned.map(({ key }) => key));
  }

  /** Before everything is tried again; the state's next change ends it. */
  private rest(): Promise<void> {
    this.mustRest = false;
    this.pause = new AbortController();
    return sleep(this.options.clock, this.backoff.nextDelayMs(), this.pause.signal);
  }

  /** Somebody took our checkpoint away, or put back an older one. */
  private isCheckpointLost(): boolean {
    if (!this.mayWrite) return false;
    const { position } = recordedIn(this.rows.global);
    if (position === undefined) return this.rows.hasOwn();
    const { written } = this.transactions;
    return written !== undefined && this.options.comparePositions(position, written) < 0;
  }

  private settle(): void {
    if (this.pending.size > 0 || this.due.sizeHeldBack > 0) return;
    this.isSurveyed = true;
    this.settledPosition = this.options.view.position;
    const waiters = this.settledWaiters;
    this.settledWaiters = [];
    for (const resolve of waiters) resolve();
  }
}
