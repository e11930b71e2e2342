// For those who outgrow one machine: EventStoreDB (or KurrentDB), 22.6 or later. The server arbitrates between writers
// by expected revision; we keep nothing between calls.
import type { ReadReq } from '@eventstore/db-client/generated/streams_pb';
import type { Chance, Clock } from '@holdfast/clock';
import { WINDOW_DEFAULT_MS } from './command-loop/loop-options';
import { assertAppendable } from './port/appendable';
import {
  type AppendResult,
  comparePositions,
  type EventStore,
  NO_STREAM,
  type NewEvent,
  type Position,
  type ReadAllOptions,
  type RecordedEvent,
  StoreFault,
  type Version,
} from './port/event-store';
import type { RemembersReplies, ReplyStore } from './port/reply-store';
import type { HasPlaneBoard, PlaneBoard } from './planes/plane-board';
import { StreamPlanes } from './planes/stream-planes';
import { type AppendAnswer, answerOf, appendRequests } from './eventstoredb/append-messages';
import { Connection, type Responses } from './eventstoredb/connection';
import { appendFault, readFault } from './eventstoredb/faults';
import { DayReplies } from './eventstoredb/day-replies';
import { Hints } from './eventstoredb/hints';
import { KnownPlace } from './eventstoredb/known-place';
import {
  allRequest,
  eventOf,
  noteEnd,
  placeRequest,
  type StreamEnd,
  streamRequest,
} from './eventstoredb/read-messages';

/** Events in one page. */
const PAGE_EVENTS_MAX = 500;
/** Appends without an answer: beyond this a caller is told to come back, so that memory stays bounded. */
const APPENDS_WAITING_MAX = 4_096;
const TIMEOUT_MS_DEFAULT = 10_000;

export interface EventStoreDbOptions {
  /** As of the client: `esdb://host:2113?tls=false`, `esdb+discover://user:password@cluster.example:2113`. */
  readonly connectionString: string;
  /** After which an append without an answer is of unknown outcome. */
  readonly timeoutMs?: number;
  /** For how long replies are recalled. Default 24 hours. */
  readonly windowMs?: number;
  readonly clock: Clock;
  readonly chance: Chance;
}

/**
 * Opens no connection yet: the first call does.
 * @throws when the connection string is malformed.
 */
export function openEventStoreDbEventStore(
  options: EventStoreDbOptions,
): EventStore & RemembersReplies & HasPlaneBoard {
  const { connectionString, timeoutMs = TIMEOUT_MS_DEFAULT, clock, chance } = options;
  const connection = new Connection(connectionString, timeoutMs);
  const hints = new Hints(connection, clock, chance);
  return new EventStoreDbEventStore(connection, hints, clock, options.windowMs ?? WINDOW_DEFAULT_MS);
}

type Landed = Extract<AppendAnswer, { readonly outcome: 'appended' }>;

class EventStoreDbEventStore implements EventStore, RemembersReplies, HasPlaneBoard {
  readonly replies: ReplyStore;
  readonly planes: PlaneBoard;
  private readonly appending = new Set<Promise<AppendResult>>();
  private readonly place = new KnownPlace((position) => this.eventAt(position));
  private closing: Promise<void> | undefined;

  constructor(
    private readonly connection: Connection,
    private readonly hints: Hints,
    clock: Clock,
    windowMs: number,
  ) {
    const read = (stream: string, from: Version, count?: number) => this.whatIsLeft(stream, from, count);
    const append: EventStore['append'] = (...order) => this.appendBeside(...order);
    this.replies = new DayReplies({ store: { append, readStream: read }, read, clock, windowMs });
    this.planes = new StreamPlanes({ append, read, clock });
  }

  append(stream: string, expected: Version, events: readonly NewEvent[]): Promise<AppendResult> {
    return this.admit(stream, expected, events, (answer) => this.landed(stream, expected, events, answer));
  }

  async *readStream(stream: string, from: Version): AsyncGenerator<readonly RecordedEvent[]> {
    let next = Math.max(from, NO_STREAM + 1);
    const end: StreamEnd = { isNotFound: false, last: undefined };
    for await (const page of this.pages(streamRequest(stream, next), stream, end)) {
      for (const { version } of page) {
        if (version !== next) throw missing(stream, next);
        next += 1;
      }
      yield page;
    }
    // What is hidden at the end, or all of it, shows nowhere else.
    if (end.last !== undefined && end.last >= next) throw missing(stream, next);
    if (end.isNotFound && (await this.wasDeleted(stream))) throw deleted(stream);
  }

  async *readAll(
    after: Position | undefined,
    { streamPrefix = '' }: ReadAllOptions = {},
  ): AsyncGenerator<readonly RecordedEvent[]> {
    const isWhole = streamPrefix === '';
    let isFirst = after !== undefined && isWhole;
    for await (const page of this.pages(allRequest(after, streamPrefix), '$all')) {
      if (isFirst) this.place.assertBegins(after as Position, page[0]);
      isFirst = false;
      if (isWhole) this.place.readUpTo(page[page.length - 1]);
      // The server's read begins with the event at the position itself.
      const later =
        after === undefined ? page : page.filter((event) => comparePositions(event.position, after) > 0);
      if (later.length > 0) yield later;
    }
    if (isFirst) this.place.assertBegins(after as Position, undefined);
  }

  onAppend(hint: () => void): () => void {
    return this.closing ? () => undefined : this.hints.add(hint);
  }

  close(): Promise<void> {
    this.closing ??= this.letGo();
    return this.closing;
  }

  /** To a stream beside the log: whoever deletes of it takes nothing away, and it is told as somebody else's append. */
  private appendBeside(
    stream: string,
    expected: Version,
    events: readonly NewEvent[],
  ): Promise<AppendResult> {
    return this.admit(stream, expected, events, async ({ version }) =>
      version === expected + events.length
        ? { outcome: 'appended', positions: [] }
        : { outcome: 'conflict', actual: version },
    );
  }

  private async admit(
    stream: string,
    expected: Version,
    events: readonly NewEvent[],
    landed: (answer: Landed) => Promise<AppendResult>,
  ): Promise<AppendResult> {
    assertAppendable(stream, expected, events);
    this.assertOpen();
    if (this.appending.size >= APPENDS_WAITING_MAX)
      throw new StoreFault('store-unavailable', `${APPENDS_WAITING_MAX} appends are waiting already`, true);
    const append = this.send(stream, expected, events, landed);
    this.appending.add(append);
    return append.finally(() => this.appending.delete(append));
  }

  private async send(
    stream: string,
    expected: Version,
    events: readonly NewEvent[],
    landed: (answer: Landed) => Promise<AppendResult>,
  ): Promise<AppendResult> {
    await this.place.assure();
    const requests = appendRequests(stream, expected, events);
    const response = await this.connection.append(requests).catch((error: unknown) => {
      this.place.doubt();
      throw appendFault(error, stream);
    });
    const answer = answerOf(response);
    return answer.outcome === 'conflict' ? answer : landed(answer);
  }

  private async landed(
    stream: string,
    expected: Version,
    events: readonly NewEvent[],
    { version, position }: Landed,
  ): Promise<AppendResult> {
    // A stream that somebody deleted meanwhile goes on from where it was, and takes an append at its beginning all the same.
    if (version !== expected + events.length) throw deleted(stream);
    if (position !== undefined)
      this.place.appended({ position, id: (events[events.length - 1] as NewEvent).id });
    // The answer has one position only: that of an append of one event.
    if (events.length === 1 && position !== undefined) return { outcome: 'appended', positions: [position] };
    return { outcome: 'appended', positions: await this.positionsOf(stream, expected + 1, events.length) };
  }

  /** Read back, once they are surely there. If that fails, sending the append again gives them. */
  private async positionsOf(stream: string, from: Version, count: number): Promise<Position[]> {
    const positions: Position[] = [];
    try {
      for await (const page of this.read(streamRequest(stream, from, count), stream))
        positions.push(...page.map(({ position }) => position));
    } catch (error) {
      // It is known to be written: only where is not.
      const { message } = readFault(error, stream);
      throw new StoreFault('append-outcome-unknown', message, true, undefined, { cause: error });
    }
    if (positions.length !== count) throw missing(stream, from + positions.length);
    return positions;
  }

  /** Whether somebody deleted the stream, which then looks as if it never was. Only its metadata tells. */
  private async wasDeleted(stream: string): Promise<boolean> {
    try {
      for await (const page of this.pages(streamRequest(`$$${stream}`, 0), stream))
        if (page.some(({ data }) => DELETED.test(data))) return true;
    } catch (error) {
      // Who may not read metadata is told by the server's answer to the first append.
      if (!(error instanceof StoreFault) || error.code !== 'store-denied') throw error;
    }
    return false;
  }

  private async *pages(request: ReadReq, what: string, end?: StreamEnd): AsyncGenerator<RecordedEvent[]> {
    this.assertOpen();
    try {
      await this.place.assure();
      for await (const page of this.read(request, what, end)) {
        this.assertOpen();
        yield page;
      }
    } catch (error) {
      this.assertOpen();
      throw error;
    }
  }

  private async eventAt(position: Position): Promise<string | undefined> {
    for await (const [event] of this.read(placeRequest(position), '$all')) return event?.id;
    return undefined;
  }

  /** As `readStream`, of a stream from which anything may have been deleted. */
  private async *whatIsLeft(
    stream: string,
    from: Version,
    count?: number,
  ): AsyncGenerator<readonly RecordedEvent[]> {
    try {
      yield* this.pages(streamRequest(stream, from, count), stream);
    } catch (error) {
      if (!(error instanceof StoreFault) || error.code !== 'store-corrupt') throw error;
    }
  }

  /** Also for an append that is under way while the store closes. */
  private async *read(request: ReadReq, what: string, end?: StreamEnd): AsyncGenerator<RecordedEvent[]> {
    let responses: Responses | undefined;
    try {
      responses = await this.connection.read(request);
      // It may also fail when nobody listens any more.
      responses.on('error', () => undefined);
      let page: RecordedEvent[] = [];
      for await (const response of responses) {
        const event = eventOf(response);
        if (event) page.push(event);
        else if (end) noteEnd(end, response);
        if (page.length < PAGE_EVENTS_MAX) continue;
        yield page;
        page = [];
      }
      if (page.length > 0) yield page;
    } catch (error) {
      this.place.doubt();
      throw readFault(error, what);
    } finally {
      responses?.cancel();
    }
  }

  private async letGo(): Promise<void> {
    this.hints.stop();
    await Promise.allSettled(this.appending);
    await this.connection.close();
  }

  private assertOpen(): void {
    if (this.closing) throw new StoreFault('store-closed', 'the EventStoreDB store is closed', false);
  }
}

/** The ledger's streams are never truncated: somebody set $maxAge, $maxCount or $tb, or deleted one. */
function missing(stream: string, version: Version): StoreFault {
  return corrupt(`version ${version} of ${stream} is missing or hidden`, stream);
}

function deleted(stream: string): StoreFault {
  return corrupt(`somebody deleted ${stream}`, stream);
}

function corrupt(what: string, stream: string): StoreFault {
  const remedy = `As long as no scavenge ran, an administrator brings it back by writing {} to $$${stream} twice.`;
  return new StoreFault('store-corrupt', `EventStoreDB: ${what}. ${remedy}`, false);
}

/** What a delete writes into a stream's metadata. */
const DELETED = /"\$tb"\s*:\s*9223372036854775807\b/;
