// What a process knows to be durable in a stream, held against the store whenever that is asked again: a store is not believed
// that it is still the log that it was.
import {
  type AppendResult,
  type EventStore,
  NO_STREAM,
  type RecordedEvent,
  StoreFault,
  type Version,
} from '../port/event-store';

/** The last event of a stream that a process knows to be durable. */
export interface DurableEnd {
  readonly version: Version;
  /** Made from the hash of all that the stream has up to there. */
  readonly id: string | undefined;
}

export const NOTHING_KNOWN: DurableEnd = { version: NO_STREAM, id: undefined };

/** What was durable is not: an older log answers, another one, or one that somebody took something out of. */
export function wentBack(stream: string, { version }: DurableEnd): StoreFault {
  const message = `the event ${version} of ${stream} was durable, and is gone or another one: this is not the log that it was`;
  return new StoreFault('store-corrupt', message, false);
}

/** What an append of nothing would say: whether the stream is still as it was decided upon. */
export async function confirm(store: EventStore, stream: string, end: DurableEnd): Promise<AppendResult> {
  const last = await lastAfter(store, stream, end);
  return last ? { outcome: 'conflict', actual: last.version } : { outcome: 'appended', positions: [] };
}

/** The last event of the stream, if there is one after `end`. @throws StoreFault where `end` is not there any more */
export async function lastAfter(
  store: EventStore,
  stream: string,
  end: DurableEnd,
): Promise<RecordedEvent | undefined> {
  let last: RecordedEvent | undefined;
  for await (const page of store.readStream(stream, Math.max(0, end.version))) {
    if (!last && end.version !== NO_STREAM && page[0]?.id !== end.id) throw wentBack(stream, end);
    last = page[page.length - 1] ?? last;
  }
  if (!last && end.version !== NO_STREAM) throw wentBack(stream, end);
  return last && last.version > end.version ? last : undefined;
}
