// The JetStream stream that keeps published events: what its last message says of the ledger that it came from, and publishing so
// that nothing is kept in another order than the log's, whoever else publishes there.
import { EVENT_SUBJECTS, NATS_HEADERS } from '@holdfast/api';
import { type LedgerMark, markFrom } from '@holdfast/ipam';
import {
  type JetStreamClient,
  type JetStreamManager,
  type MsgHdrs,
  type NatsConnection,
  NatsError,
  type StoredMsg,
} from 'nats';

export const EVENT_STREAM = 'HOLDFAST_EVENTS';
/** Published and not yet acknowledged: enough to hide a round trip, few enough to redo. */
const WINDOW_MAX = 256;
/** Messages of strangers, and such that nobody can read, that are passed over when the last one of ours is looked for. */
const STRANGERS_MAX = 1_000;

export interface OutgoingEvent {
  readonly subject: string;
  readonly payload: Uint8Array;
  readonly headers: MsgHdrs;
}

export class EventStream {
  private constructor(
    private readonly manager: JetStreamManager,
    private readonly client: JetStreamClient,
    private readonly first: number,
    /** Of the last message of the stream, as far as we know. */
    private sequence: number,
    /** What the last event that it keeps says; empty: it keeps none. */
    readonly mark: LedgerMark,
  ) {}

  /** `undefined` where the server has no JetStream. @throws NatsError */
  static async open(connection: NatsConnection): Promise<EventStream | undefined> {
    if (!connection.info?.jetstream) return undefined;
    const manager = await connection.jetstreamManager();
    const { state } = await manager.streams.add({ name: EVENT_STREAM, subjects: [EVENT_SUBJECTS] }).catch(
      // It is there, perhaps configured otherwise by its operator, which is theirs to decide.
      () => manager.streams.info(EVENT_STREAM),
    );
    const mark = state.messages > 0 ? await lastMark(manager, state.first_seq, state.last_seq) : {};
    return new EventStream(manager, connection.jetstream(), state.first_seq, state.last_seq, mark);
  }

  /**
   * A window goes out at once, and only its last message is acknowledged. Each is kept only as the very next one: where
   * somebody else published meanwhile, or one was lost on the way, none after it is.
   * @throws NatsError when not all were kept: the stream has to be opened anew, which says how far it got
   */
  async publish(connection: NatsConnection, events: readonly OutgoingEvent[]): Promise<void> {
    for (let at = 0; at < events.length; at += WINDOW_MAX) {
      const window = events.slice(at, at + WINDOW_MAX);
      const last = window[window.length - 1] as OutgoingEvent;
      for (const event of window.slice(0, -1)) {
        connection.publish(event.subject, event.payload, { headers: this.next(event.headers) });
      }
      await this.client.publish(last.subject, last.payload, { headers: this.next(last.headers) });
    }
  }

  /**
   * The position of an event that is followed by none of those that are ours: halving, so that a long stream costs a few reads.
   * Where others were published in between more than once, it may be an earlier one, and what came after it comes twice.
   * @param isOurs whether a message's mark is of the ledger that goes on here @returns `undefined` where the first is not
   */
  async lastPosition(isOurs: (mark: LedgerMark) => Promise<boolean>): Promise<string | undefined> {
    let position: string | undefined;
    let [low, high] = [this.first, this.sequence];
    while (low <= high) {
      const middle = Math.floor((low + high) / 2);
      const mark = await lastMark(this.manager, this.first, middle);
      if (mark.position !== undefined && (await isOurs(mark))) {
        position = mark.position;
        low = middle + 1;
      } else high = middle - 1;
    }
    return position;
  }

  private next(headers: MsgHdrs): MsgHdrs {
    headers.set(NATS_HEADERS.expectedLastSequence, String(this.sequence));
    this.sequence += 1;
    return headers;
  }
}

/** What a stream that is there says, without making one. @returns `undefined` where there is none */
export async function readStreamMark(connection: NatsConnection): Promise<LedgerMark | undefined> {
  if (!connection.info?.jetstream) return undefined;
  const manager = await connection.jetstreamManager();
  const { state } = await manager.streams.info(EVENT_STREAM);
  return state.messages > 0 ? lastMark(manager, state.first_seq, state.last_seq) : undefined;
}

async function lastMark(manager: JetStreamManager, first: number, last: number): Promise<LedgerMark> {
  for (let seq = last; seq >= first && seq > last - STRANGERS_MAX; seq -= 1) {
    const mark = markOf(await messageAt(manager, seq));
    if (mark.position !== undefined) return mark;
  }
  return {};
}

/** `undefined` for one that was deleted. */
async function messageAt(manager: JetStreamManager, seq: number): Promise<StoredMsg | undefined> {
  try {
    return await manager.streams.getMessage(EVENT_STREAM, { seq });
  } catch (error) {
    if (error instanceof NatsError && error.api_error?.code === 404) return undefined;
    throw error;
  }
}

function markOf(message: StoredMsg | undefined): LedgerMark {
  const header = headersOf(message);
  return markFrom((field) => header?.get(NATS_HEADERS[field]));
}

/** Headers that cannot be read are a stranger's. */
function headersOf(message: StoredMsg | undefined): MsgHdrs | undefined {
  try {
    return message?.header;
  } catch {
    return undefined;
  }
}
