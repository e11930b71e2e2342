// One stream in memory: its state, where it ends, and which commands it has seen. Made by folding the stream;
// thrown away when an append fails, because deciding has already moved the state on.
import { CommandIndex } from '../replies/command-index';
import { type Decider, type StoredForm, streamOf } from './decider';
import { type EventMetadata, decidedAtOf } from '../envelope/event-metadata';
import { EventTimes } from '../envelope/event-times';
import { NO_PREDECESSOR, hashOf, idFromHash, readMetadata, writeMetadata } from '../envelope/event-envelope';
import {
  type EventStore,
  NO_STREAM,
  type NewEvent,
  type Position,
  type RecordedEvent,
} from '../port/event-store';

export class LoadedStream<State, Event> {
  /** Of the last event, be it durable or only decided. */
  version = NO_STREAM;
  /** Of the last event that is known to be durable. */
  durableVersion = NO_STREAM;
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

  /** @param byMs all that the stream has had happened by then */
  static async load<State, Event>(
    id: string,
    decider: Pick<Decider<State, never, Event, never, never>, 'category' | 'initial' | 'evolve' | 'codec'>,
    store: EventStore,
    windowMs: number,
    byMs: number,
  ): Promise<LoadedStream<State, Event>> {
    const name = streamOf(decider.category, id);
    const loaded = new LoadedStream(name, decider, decider.initial(id), windowMs);
    let last: RecordedEvent | undefined;
    for await (const page of store.readStream(name, 0)) {
      for (const event of page) loaded.fold(event, byMs);
      last = page[page.length - 1] ?? last;
    }
    if (last) loaded.lastHash = hashOf(name, last.version, last);
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
    this.version = this.durableVersion = recorded.version;
    this.position = recorded.position;
    this.remember(metadata, decidedAtOf(metadata), byMs);
    this.state = this.decider.evolve(this.state, this.decider.codec.decode(recorded), this.decidedAtMs);
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
