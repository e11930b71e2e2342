// Makes the Northbound's rows equal to what the ledger says, and keeps them so. Level-triggered: whatever
// happened, keys are marked due, and one loop compares what is due with what is there and writes the difference.
//
//   facts ────────┐
//   row changes ──┼─> due keys ─> plan ─> transactions ─> row changes
//   slow clock ───┘
//
// It never concludes from a transaction what is there now: the rows show it.
import { Backoff, type Cancel, type Chance, type Clock, sleep } from '@holdfast/clock';
import type { Holder, LedgerView, SubnetFact } from '@holdfast/ipam';
import type { Northbound, NorthboundChange, NorthboundState } from '../actual/northbound';
import { NorthboundRows } from '../actual/northbound-rows';
import { type RowSummary, rowSummaries } from '../actual/row-summary';
import { SelfCheck } from '../actual/self-check';
import { keysOfLedger } from '../model/desired-rows';
import { LedgerRelations } from '../model/ledger-relations';
import type { LedgerState, SwitchLbVip } from '../model/ledger-state';
import { type NorthboundKey, northboundKey } from '../model/row-keys';
import { noDependencies } from '../plan/dependencies';
import type { Notice, PlannedKey } from '../plan/plan';
import { planKey } from '../plan/plan-key';
import { TransactionBatch } from '../plan/transaction-batch';
import { DriftReports } from './drift-reports';
import { DueKeys } from './due-keys';
import { Invalidation } from './invalidation';
import { KeysOfFact } from './keys-of-fact';
import { type LedgerMark, recordedIn } from './mark';
import { type RowProjection, RowProjections } from './row-projections';
import type { Drift, ReconcilerStatus } from './status';
import type { TransactionOutcome } from './transaction-outcome';
import { Transactions } from './transactions';
import { Wakeup } from './wakeup';
import { WritePermission } from './write-permission';

export interface ReconcilerOptions {
  readonly northbound: Northbound;
  /** Shows all that the log held when the reconciler is started, and every fact before that is handed over. */
  readonly view: LedgerView;
  /** Orders two positions of the ledger: negative, zero or positive. */
  readonly comparePositions: (a: string, b: string) => number;
  /**
   * Identifies this ledger, such as the id of its first event; `undefined` while it has none. Left out:
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
/** A millisecond or two of comparing, then whatever else the process has to do. */
const KEYS_AT_ONCE_MAX = 1000;
/** Everything is compared this often, in case a change was missed. It is not how drift is found: the monitor is. */
const RESYNC_EVERY_MS = 60_000;
const AFTER_FAILURE = { firstMs: 20, maxMs: 5_000 };
const NO_DEPENDENCIES: readonly string[] = [];

export class NorthboundReconciler {
  private readonly rows = new NorthboundRows();
  private readonly dependencies = noDependencies();
  private readonly ledger: LedgerState;
  private readonly selfCheck: SelfCheck;
  private readonly keysOfFact: KeysOfFact;
  private readonly invalidation: Invalidation;
  private readonly transactions: Transactions;
  private readonly due: DueKeys;
  private readonly permission: WritePermission;
  private readonly projections = new RowProjections();
  private readonly drifts: DriftReports;
  private readonly wakeup = new Wakeup();
  private readonly backoff: Backoff;
  private readonly stopping = new AbortController();
  private pause = new AbortController();
  private state: NorthboundState = { isConnected: false, isActive: false, trouble: undefined };
  private mustRest = false;
  private failure: string | undefined;
  /** Everything was compared at least once: a row of ours that nobody knows is drift from now on. */
  private isResynced = false;
  private settledPosition: string | undefined;
  private settledWaiters: (() => void)[] = [];
  private cancelResync: Cancel = () => undefined;
  private stopWatching: () => Promise<void> = () => Promise.resolve();
  private running: Promise<void> = Promise.resolve();

  constructor(private readonly options: ReconcilerOptions) {
    const { clock, chance, northbound, view, comparePositions, switchLbVip = 'router-port' } = options;
    const { rows } = this;
    const relations = new LedgerRelations(view);
    this.ledger = { view, relations, switchLbVip };
    this.selfCheck = new SelfCheck(rows, view);
    this.keysOfFact = new KeysOfFact(view, relations, rows, (key) => this.projections.has(key));
    this.invalidation = new Invalidation(view, relations, rows, this.dependencies, this.selfCheck, {
      ownRowsChanged: (key) => this.rowsChangedOf(key),
      neighbourChanged: (key) => this.neighbourChanged(key),
      dependencyChanged: (key) => {
        this.projections.dependencyChanged(key);
        this.neighbourChanged(key);
      },
    });
    this.transactions = new Transactions(northbound, rows, {
      onConfirmed: ({ key, position, notice }) => this.agrees(key, position, true, notice),
      onDone: (planned, outcome) => this.done(planned, outcome),
    });
    this.due = new DueKeys(clock, chance, () => this.wakeup.notify());
    this.permission = new WritePermission(clock, comparePositions);
    this.drifts = new DriftReports(clock);
    this.backoff = new Backoff(AFTER_FAILURE, chance);
  }

  start(): void {
    this.ledger.relations.build();
    this.stopWatching = this.options.northbound.watch({
      rowsChanged: (changes) => this.rowsChanged(changes),
      stateChanged: (state) => this.stateChanged(state),
    });
    this.armResync();
    this.running = this.run();
  }

  /** Waits for the transaction under way, then lets another projector take over. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.pause.abort();
    this.cancelResync();
    this.wakeup.notify();
    await this.running;
    this.due.stop();
    await this.stopWatching();
  }

  /** To be called with every fact of a Subnet, in order, once the view shows it. */
  factsApplied(facts: readonly SubnetFact[]): void {
    for (const fact of facts) {
      for (const key of this.keysOfFact.keysOf(fact)) this.desiredChanged(key);
      if (this.dependencies.isEmpty) continue;
      for (const changed of this.keysOfFact.dependenciesOf(fact))
        this.invalidation.dependencyChanged(changed);
    }
    this.wakeup.notify();
  }

  /** `undefined`: there is no such Vip, and nothing of it is left in the Northbound. */
  projectionOf(vip: string): RowProjection | undefined {
    return this.projections.get(northboundKey.vip(vip));
  }

  projectionOfSubnet(subnet: string): RowProjection | undefined {
    return this.projections.get(northboundKey.subnet(subnet));
  }

  projectionOfPort(subnet: string, holder: Holder): RowProjection | undefined {
    return this.projections.get(northboundKey.port(subnet, holder));
  }

  projectionOfRule(subnet: string, rule: string): RowProjection | undefined {
    return this.projections.get(northboundKey.rule(subnet, rule));
  }

  /** What there is of the Vip and of its rules now, whether or not it should be. */
  rowsOf(vip: string): readonly RowSummary[] {
    const entry = this.options.view.vip(vip);
    const rules = [...(entry?.subnet.uses.rulesOf(vip) ?? [])];
    const keys = [
      northboundKey.vip(vip),
      ...rules.map((rule) => northboundKey.rule(entry!.subnet.name, rule)),
    ];
    return rowSummaries(keys.flatMap((key) => this.rows.ownOf(key)));
  }

  /** Calls `listener` with `vip/<name>`, `rule/<subnet>/<name>` or `subnet/<name>` when its projection changed. Returns what ends it. */
  onChange(listener: (key: NorthboundKey) => void): () => void {
    return this.projections.onChange(listener);
  }

  /** Calls `listener` with every row that somebody else changed, before it is repaired. Returns what ends it. */
  onDrift(listener: (drift: Drift) => void): () => void {
    return this.drifts.onDrift(listener);
  }

  /** Resolves once nothing is left to do: what the view shows now is in effect, or has an obstacle. */
  whenSettled(): Promise<void> {
    return new Promise((resolve) => {
      this.settledWaiters.push(resolve);
      this.wakeup.notify();
    });
  }

  status(): ReconcilerStatus {
    const { state, due, permission, drifts } = this;
    return {
      connected: state.isConnected,
      isActive: state.isActive,
      position: this.settledPosition,
      recordedPosition: recordedIn(this.rows.global).position,
      due: due.size + due.sizeHeldBack + permission.pending.size,
      lastDrift: drifts.last,
      obstacles: this.projections.obstacles(),
      conflicts: this.selfCheck.conflicts(),
      trouble: this.trouble(),
      counts: { ...this.transactions.counts, drifts: drifts.count },
    };
  }

  private trouble(): string | undefined {
    const { state } = this;
    if (!state.isConnected) return state.trouble ?? 'not connected to the Northbound yet';
    return this.permission.trouble() ?? this.failure;
  }

  private rowsChanged(changes: readonly NorthboundChange[]): void {
    this.rows.apply(changes, this.invalidation);
    this.drifts.report(this.selfCheck.look());
    this.wakeup.notify();
  }

  private stateChanged(state: NorthboundState): void {
    const isBack = state.isConnected && !this.state.isConnected;
    this.state = state;
    if (isBack) {
      this.rows.expectNothing();
      this.resync();
    }
    this.failure = undefined;
    this.backoff.reset();
    this.pause.abort();
    this.wakeup.notify();
  }

  /** The ledger says something else of the key than before. */
  private desiredChanged(key: NorthboundKey): void {
    this.projections.desiredChanged(key);
    this.transactions.touch(key);
    this.due.clear(key);
    this.due.add(key);
  }

  private neighbourChanged(key: NorthboundKey): void {
    this.transactions.touch(key);
    this.rowsChangedOf(key);
  }

  /** Rows changed by which the key may be settled, or not be any more. */
  private rowsChangedOf(key: NorthboundKey): void {
    if (this.transactions.isInFlight(key)) return; // It is due as soon as the transaction's outcome is known.
    this.due.release(key);
    this.due.add(key);
  }

  private resync(): void {
    for (const key of keysOfLedger(this.ledger.view, this.ledger.relations)) this.due.add(key);
    for (const key of this.rows.ownKeys()) this.due.add(key);
    for (const key of this.projections.keys()) this.due.add(key);
    this.wakeup.notify();
  }

  private armResync(): void {
    this.cancelResync = this.options.clock.after(RESYNC_EVERY_MS, () => {
      this.resync();
      this.armResync();
    });
  }

  private async run(): Promise<void> {
    while (!this.stopping.signal.aborted) await this.step();
    await this.transactions.whenIdle();
  }

  /** Does what can be done now; resolves when there may be more. */
  private step(): Promise<void> | undefined {
    if (!this.state.isConnected || this.transactions.isFull) return this.wakeup.wait();
    if (this.mustRest) return this.rest();
    const waited = this.permission.judge(this.state, this.rows.global, this.mark());
    for (const key of waited) this.due.add(key);
    const batch = this.plan();
    if (batch.size > 0) return this.send(batch);
    if (this.due.size > 0) return sleep(this.options.clock, 0, this.stopping.signal);
    if (this.transactions.isIdle) {
      if (this.isMarkLost()) return this.send(batch);
      this.settle();
    }
    return this.wakeup.wait();
  }

  private plan(): TransactionBatch {
    const { ledger, rows } = this;
    const batch = new TransactionBatch({ ledger, rows, chance: this.options.chance });
    let compared = 0;
    for (const key of this.due.take()) {
      if (this.transactions.isInFlight(key)) continue; // It is due again as soon as the outcome is known.
      this.compare(key, batch);
      compared += 1;
      if (batch.size >= ROWS_PER_TRANSACTION || compared >= KEYS_AT_ONCE_MAX) break;
    }
    return batch;
  }

  private compare(key: NorthboundKey, batch: TransactionBatch): void {
    const wasSettled = this.projections.isSettled(key) ?? this.isResynced;
    const plan = planKey(key, batch, wasSettled);
    const { position, writes, obstacle, notice, dependencies = NO_DEPENDENCIES } = plan;
    this.dependencies.set(key, dependencies);
    this.permission.pending.delete(key);
    if (writes.length === 0) {
      if (!obstacle && !plan.isPending) return this.agrees(key, position, plan.hasRows, notice);
      this.due.clear(key);
      if (obstacle) return this.projections.blockedBy(key, position, obstacle);
      return this.projections.differs(key, position, false);
    }
    if (!this.permission.isGranted) {
      this.permission.pending.add(key);
      return this.projections.differs(key, position, wasSettled);
    }
    // What should be may be something else by now, but that rows were taken away is no doubt.
    const mayDiffer = this.projections.hasDependencyChanged(key);
    const drift = plan.differences.filter(({ kind }) => !mayDiffer || kind === 'missing');
    if (wasSettled && !obstacle) this.drifts.report(drift);
    this.projections.differs(key, position, false);
    batch.add({ key, position, writes, notice });
  }

  private agrees(key: NorthboundKey, position: string | undefined, hasRows: boolean, notice?: Notice): void {
    this.due.clear(key);
    this.projections.agrees(key, position, hasRows, notice);
  }

  private send(batch: TransactionBatch): undefined {
    this.transactions.send(batch, this.mark());
  }

  private mark(): LedgerMark {
    return { position: this.options.view.position, ledger: this.options.ledgerId?.() };
  }

  private done(planned: readonly PlannedKey[], outcome: TransactionOutcome): void {
    this.wakeup.notify();
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

  /** One of the keys is to blame: it is found by ever smaller transactions, and the last one waits. */
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

  /** Somebody took our mark away, or put back an older one. */
  private isMarkLost(): boolean {
    if (!this.permission.isGranted) return false;
    const { position } = recordedIn(this.rows.global);
    if (position === undefined) return this.rows.hasOwn();
    const { written } = this.transactions;
    return written !== undefined && this.options.comparePositions(position, written) < 0;
  }

  private settle(): void {
    if (this.permission.pending.size > 0 || this.due.sizeHeldBack > 0) return;
    this.isResynced = true;
    this.settledPosition = this.options.view.position;
    const waiters = this.settledWaiters;
    this.settledWaiters = [];
    for (const resolve of waiters) resolve();
  }
}
