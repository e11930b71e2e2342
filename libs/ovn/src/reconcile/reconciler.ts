// Makes the Northbound's rows equal to what the ledger says, and keeps them so. Level-triggered: whatever
// happened, keys are marked due, and one loop (libs/projection) compares what is due with what is there and writes the
// difference.
//
//   facts ────────┐
//   row changes ──┼─> due keys ─> plan ─> transactions ─> row changes
//   resync ───────┘
//
// It never concludes from a transaction what is there now: the rows show it.
import type { Chance, Clock } from '@holdfast/clock';
import type { FencedVerdict, Holder, LedgerMark, LedgerView, SubnetFact } from '@holdfast/ipam';
import {
  type Due,
  type DueKey,
  type FenceState,
  type MarkedLedger,
  ProjectorLoop,
  type ReconcileBatch,
} from '@holdfast/projection';
import type { Northbound, NorthboundChange, NorthboundState } from '../actual/northbound';
import { NorthboundRows } from '../actual/northbound-rows';
import { type RowSummary, rowSummaries } from '../actual/row-summary';
import { SelfCheck } from '../actual/self-check';
import { keysOfLedger } from '../model/desired-rows';
import { LedgerRelations } from '../model/ledger-relations';
import type { LedgerState, SwitchLbVip } from '../model/ledger-state';
import { KINDS, type NorthboundKey, kindOfKey, northboundKey } from '../model/row-keys';
import { noDependencies } from '../plan/dependencies';
import type { Notice } from '../plan/plan';
import { planKey } from '../plan/plan-key';
import { TransactionBatch } from '../plan/transaction-batch';
import { DriftReports } from './drift-reports';
import { Invalidation } from './invalidation';
import { KeysOfFact } from './keys-of-fact';
import { recordedIn } from './mark';
import { type RowProjection, RowProjections } from './row-projections';
import type { Drift, ReconcilerStatus } from './status';
import { TransactionFault } from './transaction-fault';
import { TRANSACTIONS_IN_FLIGHT_MAX, Transactions } from './transactions';
import { WritePermission } from './write-permission';

export interface ReconcilerOptions {
  readonly northbound: Northbound;
  /** Shows all that the log held when the reconciler is started, and every fact before that is handed over. */
  readonly view: LedgerView;
  /** Calls `listener` with every fact of a Subnet from now on, in order, once the view shows it. Returns what ends it. */
  readonly onFacts: (listener: (facts: readonly SubnetFact[]) => void) => () => void;
  /** Orders two positions of the ledger: negative, zero or positive. */
  readonly comparePositions: (a: string, b: string) => number;
  /** Which ledger this is: nothing is written before the Northbound's mark was compared with it. */
  readonly ledger: MarkedLedger;
  /** How a switch comes to answer for a Vip of type `switch_lb_vip`; default `router-port`. */
  readonly switchLbVip?: SwitchLbVip;
  /** Whether it may write is something else: see `fence` and `wasEverActive`. */
  readonly onPermission?: () => void;
  readonly clock: Clock;
  readonly chance: Chance;
}

/** The server's best size: fewer cost round trips, more make everybody else wait. */
const ROWS_PER_TRANSACTION = 100;
/** A millisecond or two of comparing, then whatever else the process has to do. */
const KEYS_AT_ONCE_MAX = 1000;
/** Everything is compared this often, in case a change was missed. It is not how drift is found: the monitor is. */
const RESYNC_EVERY_MS = 60_000;
const TIMING = {
  inFlightMax: TRANSACTIONS_IN_FLIGHT_MAX,
  // A race is over at once, a row that the server never takes is not.
  retry: { firstMs: 50, maxMs: 60_000 },
  pause: { firstMs: 20, maxMs: 5_000 },
};
/** Due when the mark alone is to be written: somebody took it away. No row stands for it. */
const MARK_KEY = 'mark';
const NO_DEPENDENCIES: readonly string[] = [];

export class NorthboundReconciler {
  private readonly rows = new NorthboundRows();
  private readonly dependencies = noDependencies();
  private readonly ledger: LedgerState;
  private readonly selfCheck: SelfCheck;
  private readonly keysOfFact: KeysOfFact;
  private readonly invalidation: Invalidation;
  private readonly transactions: Transactions;
  private readonly loop: ProjectorLoop<SubnetFact>;
  private readonly permission: WritePermission;
  private readonly projections = new RowProjections();
  private readonly drifts: DriftReports;
  private state: NorthboundState = { isConnected: false, isActive: false, trouble: undefined };
  private failure: string | undefined;
  /** What is there was known once, so that there is something to compare with. */
  private isStarted = false;
  /** Everything was compared at least once: a row of ours that nobody knows is drift from now on. */
  private isResynced = false;
  private settledPosition: string | undefined;
  private settledWaiters: (() => void)[] = [];
  private stopWatching: () => Promise<void> = () => Promise.resolve();

  constructor(private readonly options: ReconcilerOptions) {
    const { clock, chance, northbound, view, switchLbVip = 'router-port' } = options;
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
    this.transactions = new Transactions(northbound, rows);
    this.permission = new WritePermission({
      ...{ ledger: options.ledger, clock, chance },
      onChange: () => this.fenceChanged(),
    });
    this.drifts = new DriftReports(clock);
    this.loop = new ProjectorLoop<SubnetFact>({
      ...{ clock, chance, resyncEveryMs: RESYNC_EVERY_MS, timing: TIMING, notesResyncs: false },
      onFacts: options.onFacts,
      keysOf: (fact) => this.keysOf(fact),
      allKeys: () => this.allKeys(),
      rankOf: (key) => (key === MARK_KEY ? 0 : KINDS.indexOf(kindOfKey(key as NorthboundKey))),
      plan: (due) => this.plan(due),
      mayBegin: () => this.state.isConnected && !this.transactions.isFull,
      heldBack: this.permission.pending,
      onIdle: () => this.idle(),
    });
  }

  start(): void {
    this.ledger.relations.build();
    this.stopWatching = this.options.northbound.watch({
      rowsChanged: (changes) => this.rowsChanged(changes),
      stateChanged: (state) => this.stateChanged(state),
    });
    this.loop.followFacts();
  }

  /** Waits for the transactions in flight, then lets another projector take over. */
  async stop(): Promise<void> {
    this.permission.fence.stop();
    await this.loop.stop();
    await this.stopWatching();
  }

  /** Whether what is there was written from this ledger. */
  get fence(): {
    readonly state: FenceState;
    readonly verdict: FencedVerdict | undefined;
    /** The mark that was compared. */
    readonly found: LedgerMark | undefined;
  } {
    return this.permission.fence;
  }

  /** The mark was compared and the lock was held, at some time since the start. */
  get wasEverActive(): boolean {
    return this.permission.wasEverGranted;
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
      this.loop.wake();
    });
  }

  status(): ReconcilerStatus {
    const { state, loop, permission, drifts } = this;
    return {
      connected: state.isConnected,
      isActive: state.isActive,
      position: this.settledPosition,
      recordedPosition: recordedIn(this.rows.global).position,
      due: loop.due + loop.failed + permission.pending.size,
      compared: loop.hasCompared,
      unprojected: loop.unprojected,
      lastDrift: drifts.last,
      obstacles: this.projections.obstacles(),
      conflicts: this.selfCheck.conflicts(),
      trouble: this.trouble(),
      counts: { ...this.transactions.counts, drifts: drifts.count, driftsRepaired: drifts.repaired },
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
    this.loop.wake();
  }

  private stateChanged(state: NorthboundState): void {
    const isBack = state.isConnected && !this.state.isConnected;
    if (!state.isConnected && this.state.isConnected) this.permission.lost();
    this.state = state;
    if (isBack) {
      this.rows.expectNothing();
      if (this.isStarted) this.loop.resync();
      else this.loop.start();
      this.isStarted = true;
    }
    this.failure = undefined;
    this.loop.endPause();
  }

  private *keysOf(fact: SubnetFact): Iterable<Due> {
    for (const key of this.keysOfFact.keysOf(fact)) {
      this.projections.desiredChanged(key);
      this.transactions.touch(key);
      this.loop.clearFailure(key);
      yield { key };
    }
    if (!this.dependencies.isEmpty)
      for (const changed of this.keysOfFact.dependenciesOf(fact))
        this.invalidation.dependencyChanged(changed);
    this.loop.wake();
  }

  private neighbourChanged(key: NorthboundKey): void {
    this.transactions.touch(key);
    this.rowsChangedOf(key);
  }

  /** Rows changed by which the key may be settled, or not be any more. */
  private rowsChangedOf(key: NorthboundKey): void {
    // What a transaction in flight changes is seen when its outcome is known.
    if (!this.transactions.isInFlight(key)) this.loop.mark(key, { isNews: true });
  }

  private *allKeys(): Iterable<Due> {
    for (const key of keysOfLedger(this.ledger.view, this.ledger.relations)) yield { key };
    for (const key of this.rows.ownKeys()) yield { key };
    for (const key of this.projections.keys()) yield { key };
  }

  /** Whether it may write now; what waited for that is due. */
  private judge(): void {
    const waited = this.permission.judge(this.state, this.rows.global);
    for (const key of waited) this.loop.mark(key);
  }

  private plan(due: Iterable<DueKey>): ReconcileBatch | undefined {
    this.judge();
    const { ledger, rows } = this;
    const batch = new TransactionBatch({ ledger, rows, chance: this.options.chance });
    const keys: DueKey[] = [];
    let compared = 0;
    for (const key of due) {
      if (key === MARK_KEY) keys.push(...(this.isMarkLost() ? [key] : []));
      else this.compare(key as NorthboundKey, batch);
      compared += 1;
      if (batch.size >= ROWS_PER_TRANSACTION || compared >= KEYS_AT_ONCE_MAX) break;
    }
    for (const planned of batch.planned) keys.push(planned.key);
    return keys.length === 0 ? undefined : { keys, done: this.send(batch) };
  }

  private compare(key: NorthboundKey, batch: TransactionBatch): void {
    const wasSettled = this.projections.isSettled(key) ?? this.isResynced;
    const plan = planKey(key, batch, wasSettled);
    const { position, writes, obstacle, notice, dependencies = NO_DEPENDENCIES } = plan;
    this.dependencies.set(key, dependencies);
    this.permission.pending.delete(key);
    if (writes.length === 0) {
      if (!obstacle && !plan.isPending) return this.agrees(key, position, plan.hasRows, notice);
      this.loop.troubles.over(key);
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
    this.loop.troubles.over(key);
    this.drifts.agrees(key);
    this.projections.agrees(key, position, hasRows, notice);
  }

  /** Resolves with the keys that are to be compared again. @throws TransactionFault */
  private async send(batch: TransactionBatch): Promise<readonly Due[]> {
    const { outcome, confirmed, rest } = await this.transactions.send(batch, this.mark());
    for (const { key, position, notice } of confirmed) this.agrees(key, position, true, notice);
    if (outcome.kind === 'committed') this.failure = undefined;
    if (outcome.kind === 'committed' || outcome.kind === 'superseded')
      return rest.map(({ key }) => ({ key }));
    const { message } = outcome;
    // One of the keys is to blame: it is found by ever smaller transactions, and the last one waits.
    const [only, ...others] = batch.planned;
    if (outcome.kind === 'blamed' && only) {
      if (others.length === 0)
        this.projections.blockedBy(only.key, only.position, { reason: 'Refused', message });
      throw new TransactionFault('row-refused', message, 'key');
    }
    this.failure = message;
    throw new TransactionFault('transaction-failed', message, 'all');
  }

  private mark(): LedgerMark {
    return this.options.ledger.mark();
  }

  /** Who is fenced leaves the lock to whoever is not; who is not asks for it. */
  private fenceChanged(): void {
    const { state } = this.permission.fence;
    if (state === 'open' || state === 'fenced') this.options.northbound.setCandidate(state === 'open');
    this.options.onPermission?.();
    this.loop.wake();
  }

  /** Somebody took our mark away, or put back an older one, or it is still that of the process before this one. */
  private isMarkLost(): boolean {
    if (!this.permission.isGranted) return false;
    const { position, incarnation } = recordedIn(this.rows.global);
    if (position === undefined) return this.rows.hasOwn();
    // Whoever has a copy of the log from before this process sees by this that it is a copy.
    if (incarnation !== this.options.ledger.incarnation) return true;
    const { written } = this.transactions;
    return written !== undefined && this.options.comparePositions(position, written) < 0;
  }

  private idle(): void {
    this.judge();
    if (this.isMarkLost()) return this.loop.mark(MARK_KEY);
    if (this.loop.due + this.loop.failed + this.permission.pending.size > 0) return;
    this.isResynced = true;
    this.settledPosition = this.options.view.position;
    const waiters = this.settledWaiters;
    this.settledWaiters = [];
    for (const resolve of waiters) resolve();
  }
}
