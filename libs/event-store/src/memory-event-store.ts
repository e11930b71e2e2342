// The log as an array: for tests, simulation and whoever wants a ledger that forgets. It keeps every promise of
// the port except surviving its process.
import { assertAppendable, integerPosition } from './port/appendable';
import {
  type AppendResult,
  type EventStore,
  NO_STREAM,
  type NewEvent,
  type Position,
  type ReadAllOptions,
  type RecordedEvent,
  StoreFault,
  type Version,
} from './port/event-store';
import type { RemembersReplies } from './port/reply-store';
import { MemoryReplies } from './replies/memory-replies';

/** Events in one page: as large as a reader can fold without holding up the event loop. */
const PAGE_EVENTS_MAX = 1000;

export class MemoryEventStore implements EventStore, RemembersReplies {
  readonly replies = new MemoryReplies(() => this.assertOpen());
  private readonly log: RecordedEvent[] = [];
  private readonly streams = new Map<string, RecordedEvent[]>();
  private readonly hints = new Set<() => void>();
  private closed = false;

  async append(stream: string, expected: Version, events: readonly NewEvent[]): Promise<AppendResult> {
    assertAppendable(stream, expected, events);
    this.assertOpen();
    const history = this.streams.get(stream) ?? [];
    const actual = history.length - 1;
    if (actual !== expected) return repeated(history, expected, events) ?? { outcome: 'conflict', actual };
    const recorded = events.map(({ id, type, data, metadata }, index) => ({
      id,
      type,
      data,
      metadata,
      stream,
      version: expected + 1 + index,
      position: String(this.log.length + 1 + index),
    }));
    this.log.push(...recorded);
    this.streams.set(stream, history);
    history.push(...recorded);
    for (const hint of [...this.hints]) hint();
    return appended(recorded);
  }

  async *readStream(stream: string, from: Version): AsyncGenerator<readonly RecordedEvent[]> {
    this.assertOpen();
    const history = this.streams.get(stream) ?? [];
    const end = history.length;
    for (let start = Math.max(from, NO_STREAM + 1); start < end; start += PAGE_EVENTS_MAX) {
      this.assertOpen();
      yield history.slice(start, Math.min(start + PAGE_EVENTS_MAX, end));
    }
  }

  async *readAll(
    after: Position | undefined,
    { streamPrefix = '' }: ReadAllOptions = {},
  ): AsyncGenerator<readonly RecordedEvent[]> {
    this.assertOpen();
    const end = this.log.length;
    for (let start = integerPosition(after); start < end; start += PAGE_EVENTS_MAX) {
      this.assertOpen();
      const page = this.log
        .slice(start, Math.min(start + PAGE_EVENTS_MAX, end))
        .filter((event) => event.stream.startsWith(streamPrefix));
      if (page.length > 0) yield page;
    }
  }

  onAppend(hint: () => void): () => void {
    const own = (): void => hint();
    this.hints.add(own);
    return () => this.hints.delete(own);
  }

  async close(): Promise<void> {
    this.closed = true;
    this.hints.clear();
  }

  private assertOpen(): void {
    if (this.closed) throw new StoreFault('store-closed', 'the memory event store is closed', false);
  }
}

/** The first answer again, if `events` are what was appended after `expected`. */
function repeated(
  history: readonly RecordedEvent[],
  expected: Version,
  events: readonly NewEvent[],
): AppendResult | undefined {
  const there = history.slice(expected + 1, expected + 1 + events.length);
  const same =
    there.length === events.length && there.every((event, index) => event.id === events[index]?.id);
  return same ? appended(there) : undefined;
}

function appended(events: readonly RecordedEvent[]): AppendResult {
  return { outcome: 'appended', positions: events.map((event) => event.position) };
}
