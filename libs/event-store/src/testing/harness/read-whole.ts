// Reads all pages of a read.
import type { EventStore, Position, RecordedEvent, Version } from '../../port/event-store';

export async function pagesOf<Item>(pages: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const page of pages) all.push(page);
  return all;
}

export async function readWholeStream(
  store: EventStore,
  stream: string,
  from: Version = 0,
): Promise<RecordedEvent[]> {
  return (await pagesOf(store.readStream(stream, from))).flat();
}

/** Everything after `after` in streams of this prefix, filtered by the store. */
export async function readWholeLog(
  store: EventStore,
  streamPrefix: string,
  after?: Position,
): Promise<RecordedEvent[]> {
  return (await pagesOf(store.readAll(after, { streamPrefix }))).flat();
}
