// Committed events onto NATS, in the order of the log, each with its id to deduplicate by. Where the server keeps
// a stream of them (JetStream), the stream says where to go on after a restart: the checkpoint lives where the
// effect lives. Where it does not, events go to whoever listens now, from the log's end at the start.
import { type Chance, type Clock } from '@holdfast/clock';
import type { EventStore, Position, RecordedEvent } from '@holdfast/event-store';
import {
  CONTENT_TYPES,
  EVENT_SUBJECTS,
  NATS_HEADERS,
  encodeEventJson,
  eventSubject,
  placeOf,
} from '@holdfast/api';
import { type JetStreamClient, type MsgHdrs, type NatsConnection, headers } from 'nats';
import { LogFollower, factOf } from '@holdfast/ledger';

export const EVENT_STREAM = 'HOLDFAST_EVENTS';
/** Published and not yet acknowledged: enough to hide a round trip, few enough to redo. */
const WINDOW_MAX = 256;

export interface EventPublisherOptions {
  readonly connection: NatsConnection;
  readonly store: EventStore;
  readonly clock: Clock;
  readonly chance: Chance;
  /** Where to begin when no stream on the server says so. */
  readonly from: Position | undefined;
  readonly onFault: (fault: unknown) => void;
}

export class EventPublisher {
  private constructor(private readonly follower: LogFollower) {}

  static async start(options: EventPublisherOptions): Promise<EventPublisher> {
    const stream = await openStream(options.connection);
    const publish = stream ? publishTo(options.connection, stream) : publishPlainly(options.connection);
    const follower = new LogFollower({
      ...options,
      after: stream ? stream.lastPosition : options.from,
      onPage: publish,
    });
    void follower.start();
    return new EventPublisher(follower);
  }

  /** Of the last event that is out. */
  get position(): Position | undefined {
    return this.follower.reachedPosition;
  }

  stop(): Promise<void> {
    return this.follower.stop();
  }
}

interface OpenStream {
  readonly client: JetStreamClient;
  readonly lastSequence: number;
  /** Of the last event that the stream has. */
  readonly lastPosition: Position | undefined;
}

/** `undefined` where the server has no JetStream. */
async function openStream(connection: NatsConnection): Promise<OpenStream | undefined> {
  if (!connection.info?.jetstream) return undefined;
  const manager = await connection.jetstreamManager();
  const { state } = await manager.streams.add({ name: EVENT_STREAM, subjects: [EVENT_SUBJECTS] }).catch(
    // It is there, perhaps configured otherwise by its operator, which is theirs to decide.
    () => manager.streams.info(EVENT_STREAM),
  );
  const last =
    state.messages > 0 ? await manager.streams.getMessage(EVENT_STREAM, { seq: state.last_seq }) : undefined;
  return {
    client: connection.jetstream(),
    lastSequence: state.last_seq,
    lastPosition: last?.header.get(NATS_HEADERS.position) || undefined,
  };
}

/**
 * A window goes out as plain messages, and only its last is acknowledged: the sequence that it got tells whether all
 * before it were kept. If not, each is published again and acknowledged by itself; the ids make that safe.
 */
function publishTo(
  connection: NatsConnection,
  { client, lastSequence }: OpenStream,
): (page: readonly RecordedEvent[]) => Promise<void> {
  let sequence = lastSequence;
  return async (page) => {
    const messages = page.flatMap((recorded) => messageOf(recorded) ?? []);
    for (let at = 0; at < messages.length; at += WINDOW_MAX) {
      const window = messages.slice(at, at + WINDOW_MAX);
      const last = window[window.length - 1] as Message;
      for (const { subject, payload, headers } of window.slice(0, -1)) {
        connection.publish(subject, payload, { headers });
      }
      const { seq } = await client.publish(last.subject, last.payload, { headers: last.headers });
      if (seq !== sequence + window.length) await publishEach(client, window);
      sequence = seq;
    }
  };
}

async function publishEach(client: JetStreamClient, messages: readonly Message[]): Promise<void> {
  for (const { subject, payload, headers } of messages) await client.publish(subject, payload, { headers });
}

function publishPlainly(connection: NatsConnection): (page: readonly RecordedEvent[]) => Promise<void> {
  return async (page) => {
    for (const recorded of page) {
      const message = messageOf(recorded);
      if (message) connection.publish(message.subject, message.payload, { headers: message.headers });
    }
    await connection.flush();
  };
}

interface Message {
  readonly subject: string;
  readonly payload: Uint8Array;
  readonly headers: MsgHdrs;
}

function messageOf(recorded: RecordedEvent): Message | undefined {
  const fact = factOf(recorded);
  if (!fact) return undefined;
  const ofEvent = headers();
  ofEvent.set(NATS_HEADERS.messageId, recorded.id);
  ofEvent.set(NATS_HEADERS.contentType, CONTENT_TYPES.json);
  ofEvent.set(NATS_HEADERS.position, recorded.position);
  return {
    subject: eventSubject(placeOf(fact)),
    payload: encodeEventJson(fact),
    headers: ofEvent,
  };
}
