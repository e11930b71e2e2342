// The reading side of the ledger in a process: the view, the history, and whoever wants to know that they
// have moved on. One pass over the log serves all of them.
import { type Chance, type Clock, CLOCK_SKEW_MAX_MS } from '@holdfast/clock';
import {
  type EventStore,
  EventTimes,
  type Position,
  type RecordedEvent,
  decidedAtOf,
  readMetadata,
  streamOf,
} from '@holdfast/event-store';
import {
  FORMAT_LEVEL,
  HistoryIndex,
  LEDGER_RECORD_ID,
  type LedgerRecordState,
  LedgerView,
  type SubnetFact,
  isUserEvent,
  ledgerRecord,
} from '@holdfast/ipam';
import { type FollowingFault, LogFollower } from './log-follower';
import { factOf, NewerLedger, readable, type UnreadableEvent } from './ledger-fact';

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
  /** Reading began to fail, or works again: `failing` says what. */
  readonly onFailing?: () => void;
  /** Up to which level this program reads; its own unless given. */
  readonly programLevel?: number;
}

/** A look takes milliseconds and comes every second: a store that says nothing for so long is in trouble. */
export const STORE_SILENT_MS = 8_000;
const RECORD_STREAM = streamOf(ledgerRecord.category, LEDGER_RECORD_ID);

export class LedgerReader {
  readonly view = new LedgerView();
  /** What the ledger says of itself. */
  record: LedgerRecordState = ledgerRecord.initial();
  /** The last event that the view shows. */
  lastEvent: RecordedEvent | undefined;
  /** Resolves with why, once the view cannot go on for good. */
  readonly ended: Promise<UnreadableEvent>;
  private firstEventId: string | undefined;
  /** Of all events so far. */
  times: RecordedTimes = {};
  private readonly histories = new Map<string, HistoryIndex>();
  /** By subnet. */
  private readonly timesOf = new Map<string, EventTimes>();
  private readonly clock: Clock;
  private readonly programLevel: number;
  private readonly listeners = new Set<FactListener>();
  private readonly recordListeners = new Set<() => void>();
  private readonly follower: LogFollower;

  constructor(options: LedgerReaderOptions) {
    const { promise, resolve } = Promise.withResolvers<UnreadableEvent>();
    this.ended = promise;
    this.clock = options.clock;
    this.programLevel = options.programLevel ?? FORMAT_LEVEL;
    this.follower = new LogFollower({ ...options, onPage: (page) => this.apply(page), onEnd: resolve });
  }

  /** Resolves when the view shows all that the log held. @throws UnreadableEvent */
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

  /** Why the log cannot be read, if it cannot; it is tried again. */
  get failing(): FollowingFault | undefined {
    return this.follower.failing;
  }

  /** For how long the store has said nothing, milliseconds, where that is longer than it may; else undefined. */
  get silentMs(): number | undefined {
    const { unansweredMs } = this.follower;
    return unansweredMs >= STORE_SILENT_MS ? unansweredMs : undefined;
  }

  /**
   * When the oldest event was recorded that the view does not show, epoch milliseconds: while the log cannot be read, any since it
   * last could may be there. `undefined`: it shows all.
   */
  get unreadSinceMs(): number | undefined {
    const { pending, failing, answeredAtMs } = this.follower;
    return oldestAtMs(pending) ?? (failing || this.silentMs !== undefined ? answeredAtMs : undefined);
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
      readable(recorded, () => this.view.apply(fact));
      const held = isUserEvent(event) ? this.view.subnet(name)?.byHolder.get(event.holder) : undefined;
      this.history(name).add(event, recorded.version, held);
      facts.push(fact);
    }
    if (facts.length > 0) for (const listener of this.listeners) listener(facts);
  }

  private timesIn(name: string): EventTimes {
    let times = this.timesOf.get(name);
    if (!times) this.timesOf.set(name, (times = new EventTimes()));
    return times;
  }

  private applyToRecord(recorded: RecordedEvent): void {
    const event = readable(recorded, () => ledgerRecord.codec.decode(recorded));
    const record = ledgerRecord.evolve(this.record, event, decidedAtOf(readMetadata(recorded)));
    // It comes before any event that needs it.
    if (record.level > this.programLevel) throw new NewerLedger(record.level, this.programLevel);
    this.record = record;
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

/** When the first of them that is the ledger's was recorded. */
export function oldestAtMs(events: readonly RecordedEvent[]): number | undefined {
  try {
    for (const recorded of events) {
      const fact = factOf(recorded);
      if (fact) return fact.atMs;
    }
  } catch {
    // Whoever follows the log says so.
  }
  return undefined;
}
