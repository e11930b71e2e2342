// The reading side of the ledger in this process: the view, the history, and whoever wants to know that they
// have moved on. One pass over the log serves all of them.
import type { Chance, Clock } from '@holdfast/clock';
import {
  type EventStore,
  type Position,
  type RecordedEvent,
  idIn,
  readMetadata,
} from '@holdfast/event-store';
import { HistoryIndex, LedgerView, type SubnetFact, subnet } from '@holdfast/ipam';
import { LogFollower } from './log-follower';

export type FactListener = (facts: readonly SubnetFact[]) => void;

export interface LedgerReaderOptions {
  readonly store: EventStore;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly onFault: (fault: unknown) => void;
}

export class LedgerReader {
  readonly view = new LedgerView();
  /** Id of the log's first event: tells this ledger from any other. */
  ledgerId: string | undefined;
  private readonly histories = new Map<string, HistoryIndex>();
  private readonly listeners = new Set<FactListener>();
  private readonly follower: LogFollower;

  constructor(options: LedgerReaderOptions) {
    this.follower = new LogFollower({ ...options, onPage: (page) => this.apply(page) });
  }

  /** Resolves when the view shows all that the log held. */
  start(): Promise<void> {
    return this.follower.start();
  }

  stop(): Promise<void> {
    return this.follower.stop();
  }

  /** Tells `listener` of every fact from now on, after the view shows it. */
  onFacts(listener: FactListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
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

  subnetsEver(): Iterable<string> {
    return this.histories.keys();
  }

  private apply(page: readonly RecordedEvent[]): void {
    const facts: SubnetFact[] = [];
    this.ledgerId ??= page[0]?.id;
    for (const recorded of page) {
      const name = idIn(subnet.category, recorded.stream);
      if (name === undefined) continue;
      const { atMs, through } = readMetadata(recorded);
      const event = subnet.codec.decode(recorded);
      const fact = { subnet: name, event, atMs, position: recorded.position, through };
      this.view.apply(fact);
      this.history(name).add(event, recorded.version);
      facts.push(fact);
    }
    if (facts.length > 0) for (const listener of this.listeners) listener(facts);
  }

  private history(name: string): HistoryIndex {
    let history = this.histories.get(name);
    if (!history) this.histories.set(name, (history = new HistoryIndex()));
    return history;
  }
}
