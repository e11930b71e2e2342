// The reading side of the ledger in a process: the view, the history, and whoever wants to know that they
// have moved on. One pass over the log serves all of them.
import { type Chance, type Clock, CLOCK_SKEW_MAX_MS } from '@holdfast/clock';
import {
  type EventStore,
  EventTimes,
  type Position,
  type RecordedEvent,
  comparePositions,
  decidedAtOf,
  readMetadata,
  streamOf,
} from '@holdfast/event-store';
import {
  HistoryIndex,
  LEDGER_RECORD_ID,
  type LedgerRecordState,
  LedgerView,
  type SubnetFact,
  isUserEvent,
  ledgerRecord,
} from '@holdfast/ipam';
import { LogFollower } from './log-follower';
import { factOf } from './ledger-fact';

export type FactListener = (facts: readonly SubnetFact[]) => void;

/** What the log's times say of the clock, epoch milliseconds. */
export interface RecordedTimes {
  /** Of those that had come, by the clock that the log was read with, the latest. */
  readonly latestMs?: number;
  /** Of those that had not come yet, the latest: some clock was wrong. */
  readonly aheadMs?: number;
}

export interface LedgerReaderOptions {
  readonly store: EventStore;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly onFault: (fault: unknown) => void;
}

/** Events whose time is kept, to tell how far behind somebody is. */
const RECENT_MAX = 1024;
const RECORD_STREAM = streamOf(ledgerRecord.category, LEDGER_RECORD_ID);

export class LedgerReader {
  readonly view = new LedgerView();
  /** What the ledger says of itself. */
  record: LedgerRecordState = ledgerRecord.initial();
  /** The last event that the view shows. */
  lastEvent: RecordedEvent | undefined;
  private firstEventId: string | undefined;
  /** Of all events so far. */
  times: RecordedTimes = {};
  private readonly histories = new Map<string, HistoryIndex>();
  /** By subnet. */
  private readonly timesOf = new Map<string, EventTimes>();
  private recent: readonly { readonly position: Position; readonly atMs: number }[] = [];
  private readonly clock: Clock;
  private readonly listeners = new Set<FactListener>();
  private readonly recordListeners = new Set<() => void>();
  private readonly follower: LogFollower;

  constructor(options: LedgerReaderOptions) {
    this.clock = options.clock;
    this.follower = new LogFollower({ ...options, onPage: (page) => this.apply(page) });
  }

  /** Resolves when the view shows all that the log held. */
  start(): Promise<void> {
    return this.follower.start();
  }

  stop(): Promise<void> {
    return this.follower.stop();
  }

  /** Tells this ledger from any other; of one from before there was a record it is the id of its first event. */
  get ledgerId(): string | undefined {
    return this.record.ledger ?? this.firstEventId;
  }

  /** Tells `listener` of every fact from now on, after the view shows it. */
  onFacts(listener: FactListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Tells `listener` that the ledger says something else of itself. */
  onRecord(listener: () => void): () => void {
    this.recordListeners.add(listener);
    return () => this.recordListeners.delete(listener);
  }

  get position(): Position | undefined {
    return this.follower.reachedPosition;
  }

  hasReached(position: Position, withinMs: number): Promise<boolean> {
    return this.follower.hasReached(position, withinMs);
  }

  /** By subnet, those that ever had an event. */
  historyOf(subnetName: string): HistoryIndex | undefined {
    return this.histories.get(subnetName);
  }

  /** When a subnet's event happened, that is recorded with that time. */
  happenedAt(subnetName: string, version: number, decidedAtMs: number): number {
    return this.timesOf.get(subnetName)?.of(version, decidedAtMs) ?? decidedAtMs;
  }

  /** To be called when the clock was set far back under this process: nothing in the view happened later than now. */
  clockSetBack(): void {
    this.view.happenedBy(this.clock.now());
  }

  subnetsEver(): Iterable<string> {
    return this.histories.keys();
  }

  /** For how long the oldest event after `position` has been in the log, milliseconds; 0 when there is none. */
  lagMs(position: Position | undefined): number {
    const next = this.recent.find(
      (event) => position === undefined || comparePositions(event.position, position) > 0,
    );
    return next ? Math.max(0, this.clock.now() - next.atMs) : 0;
  }

  private apply(page: readonly RecordedEvent[]): void {
    const facts: SubnetFact[] = [];
    this.firstEventId ??= page[0]?.id;
    const nowMs = this.clock.now();
    for (const recorded of page) {
      const landed = factOf(recorded);
      const isOfRecord = recorded.stream === RECORD_STREAM;
      if (landed || isOfRecord) this.times = withTime(this.times, decidedAtOf(readMetadata(recorded)), nowMs);
      if (isOfRecord) this.applyToRecord(recorded);
      if (landed?.category !== 'subnet') continue;
      this.lastEvent = recorded;
      const { id: name, event, through, actor, position } = landed;
      const atMs = this.timesIn(name).next(recorded.version, landed.atMs, nowMs);
      // Whose they are that came through Kubernetes is known; for the others it is asked for by whom.
      const by = event.type === 'VipReserved' && event.owner === undefined && { actor };
      const fact = { subnet: name, event, atMs, position, through, ...by };
      this.view.apply(fact);
      const held = isUserEvent(event) ? this.view.subnet(name)?.byHolder.get(event.holder) : undefined;
      this.history(name).add(event, recorded.version, held);
      facts.push(fact);
    }
    this.recent = [...this.recent, ...facts].slice(-RECENT_MAX);
    if (facts.length > 0) for (const listener of this.listeners) listener(facts);
  }

  private timesIn(name: string): EventTimes {
    let times = this.timesOf.get(name);
    if (!times) this.timesOf.set(name, (times = new EventTimes()));
    return times;
  }

  private applyToRecord(recorded: RecordedEvent): void {
    const event = ledgerRecord.codec.decode(recorded);
    this.record = ledgerRecord.evolve(this.record, event, decidedAtOf(readMetadata(recorded)));
    for (const listener of this.recordListeners) listener();
  }

  private history(name: string): HistoryIndex {
    let history = this.histories.get(name);
    if (!history) this.histories.set(name, (history = new HistoryIndex()));
    return history;
  }
}

function withTime({ latestMs, aheadMs }: RecordedTimes, atMs: number, nowMs: number): RecordedTimes {
  if (atMs > nowMs + CLOCK_SKEW_MAX_MS) return { latestMs, aheadMs: Math.max(aheadMs ?? atMs, atMs) };
  return latestMs !== undefined && latestMs >= atMs ? { latestMs, aheadMs } : { latestMs: atMs, aheadMs };
}
