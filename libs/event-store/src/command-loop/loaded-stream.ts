// One stream in memory: its state, where it ends, and which commands it has seen. Made by folding the stream;
// thrown away when an append fails, because deciding has already moved the state on.
import { CommandIndex } from '../replies/command-index';
import { type Decider, type StoredForm, streamOf } from './decider';
import { type DurableEnd, NOTHING_KNOWN, wentBack } from './durable-end';
import { type EventMetadata, decidedAtOf } from '../envelope/event-metadata';
import { EventTimes } from '../envelope/event-times';
import { NO_PREDECESSOR, hashOf, idFromHash, readMetadata, writeMetadata } from '../envelope/event-envelope';
import {
  type EventStore,
  NO_STREAM,
  type NewEvent,
  type Position,
  type RecordedEvent,
  StoreFault,
} from '../port/event-store';

export class LoadedStream<State, Event> {
  /** Of the last event, be it durable or only decided. */
  version = NO_STREAM;
  /** Of the last event that is known to be durable. */
  durableVersion = NO_STREAM;
  /** Its id, which is made from the hash of all that the stream has up to there. */
  durableId: string | undefined;
  /** Of that event. */
  position: Position | undefined;
  /** The last event's time as it is recorded: the next one's is no less. */
  lastAtMs = 0;
  /** When the last event happened. */
  decidedAtMs = -Infinity;
  readonly commands: CommandIndex;
  private readonly times = new EventTimes();
  private lastHash = NO_PREDECESSOR;

  private constructor(
    readonly stream: string,
    private readonly decider: Pick<Decider<State, never, Event, never, never>, 'evolve' | 'codec'>,
    public state: State,
    windowMs: number,
  ) {
    this.commands = new CommandIndex(windowMs);
  }

  /**
   * @param byMs all that the stream has had happened by then
   * @param known what this process knows to be durable in it
   * @throws StoreFault `store-corrupt` where that is not there, or the chain is broken
   */
  static async load<State, Event>(
    id: string,
    decider: Pick<Decider<State, never, Event, never, never>, 'category' | 'initial' | 'evolve' | 'codec'>,
    store: EventStore,
    windowMs: number,
    byMs: number,
    known: DurableEnd = NOTHING_KNOWN,
  ): Promise<LoadedStream<State, Event>> {
    const name = streamOf(decider.category, id);
    const loaded = new LoadedStream(name, decider, decider.initial(id), windowMs);
    for await (const page of store.readStream(name, 0)) {
      for (const event of page) {
        loaded.fold(event, byMs);
        if (event.version === known.version && event.id !== known.id) throw wentBack(name, known);
      }
    }
    if (loaded.durableVersion < known.version) throw wentBack(name, known);
    return loaded;
  }

  /** Moves the state on by an event that is about to be appended in that form, and gives it its place in the chain. */
  record(event: Event, { type, data }: StoredForm, metadata: Omit<EventMetadata, 'previous'>): NewEvent {
    const stored = { id: '', type, data, metadata: writeMetadata(metadata, this.lastHash) };
    this.version += 1;
    this.lastHash = hashOf(this.stream, this.version, stored);
    stored.id = idFromHash(this.lastHash);
    const decidedAtMs = decidedAtOf(metadata);
    this.remember(metadata, decidedAtMs, decidedAtMs);
    this.state = this.decider.evolve(this.state, event, this.decidedAtMs);
    return stored;
  }

  private fold(recorded: RecordedEvent, byMs: number): void {
    const metadata = readMetadata(recorded);
    this.link(recorded, metadata.previous);
    this.version = this.durableVersion = recorded.version;
    this.durableId = recorded.id;
    this.position = recorded.position;
    this.remember(metadata, decidedAtOf(metadata), byMs);
    this.state = this.decider.evolve(this.state, this.decider.codec.decode(recorded), this.decidedAtMs);
  }

  /** @throws StoreFault for an event that was not appended upon the one before it by us */
  private link(recorded: RecordedEvent, previous: string): void {
    const { stream, version, id } = recorded;
    const isNext = version === this.version + 1 && previous === this.lastHash;
    this.lastHash = hashOf(stream, version, recorded);
    if (isNext && id === idFromHash(this.lastHash)) return;
    const message = `the event ${version} of ${stream} does not follow upon the one before it`;
    throw new StoreFault('store-corrupt', message, false, this.position);
  }

  private remember(
    { commandId, commandDigest, issuedAtMs, atMs }: Omit<EventMetadata, 'previous'>,
    recordedMs: number,
    byMs: number,
  ): void {
    this.lastAtMs = atMs;
    this.decidedAtMs = this.times.next(this.version, recordedMs, byMs);
    if (commandDigest === undefined) return;
    this.commands.add(commandId, this.version, this.decidedAtMs, issuedAtMs);
  }
}
