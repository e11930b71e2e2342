// What may be handed to `append` at all. Anything else is a bug in the caller, so it throws before a store is
// touched; it is not the place for what a store refuses (that is a value or a StoreFault).
import { NO_STREAM, type NewEvent, type Position, type Version } from './event-store';

/**
 * Bytes (UTF-8, of all ids, types, data and metadata) that one append may have. EventStoreDB refuses more than
 * 1 MiB with its own framing (option `MaxAppendSize`), and what one store refuses no store may take.
 */
export const APPEND_BYTES_MAX = 1_000_000;

/** UTF-8 needs at most this many bytes for one UTF-16 code unit. */
const BYTES_PER_UNIT_MAX = 3;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** @throws TypeError when a value has the wrong shape, RangeError when the append is empty or too big. */
export function assertAppendable(stream: string, expected: Version, events: readonly NewEvent[]): void {
  if (!isName(stream)) throw new TypeError(`not a stream name: ${JSON.stringify(stream)}`);
  if (!Number.isSafeInteger(expected) || expected < NO_STREAM)
    throw new TypeError(`not an expected version: ${expected}`);
  if (events.length === 0) throw new RangeError(`an append to ${stream} has no events`);
  let units = 0;
  let knownType: string | undefined;
  for (const event of events) {
    if (!UUID.test(event.id)) throw new TypeError(`not an event id (a lower case UUID): ${event.id}`);
    // Most are of one type.
    if (event.type !== knownType && !isName(event.type))
      throw new TypeError(`not an event type: ${JSON.stringify(event.type)}`);
    knownType = event.type;
    if (!isText(event.data) || !isText(event.metadata))
      throw new TypeError(`data and metadata of event ${event.id} must be well-formed texts, not empty`);
    units += event.id.length + event.type.length + event.data.length + event.metadata.length;
  }
  if (units * BYTES_PER_UNIT_MAX <= APPEND_BYTES_MAX) return;
  const bytes = events.reduce((sum, event) => sum + bytesOf(event), 0);
  if (bytes > APPEND_BYTES_MAX)
    throw new RangeError(`an append to ${stream} has ${bytes} bytes, at most ${APPEND_BYTES_MAX} go at once`);
}

/** The position as an integer, for the stores that count events from 1. */
export function integerPosition(position: Position | undefined): number {
  if (position === undefined) return 0;
  const value = Number(position);
  if (!/^\d+$/.test(position) || !Number.isSafeInteger(value))
    throw new TypeError(`not a position of this store: ${JSON.stringify(position)}`);
  return value;
}

function isName(text: string): boolean {
  return isText(text) && !text.includes('\0');
}

function isText(text: string): boolean {
  return typeof text === 'string' && text !== '' && text.isWellFormed();
}

function bytesOf(event: NewEvent): number {
  return [event.id, event.type, event.data, event.metadata].reduce(
    (sum, text) => sum + Buffer.byteLength(text),
    0,
  );
}
