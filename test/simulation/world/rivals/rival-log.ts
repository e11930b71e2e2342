// The log of another ledger: what was copied of the right one, and what its own process adds. It checks one thing only, what may
// be given out from it; the right log's checkers know nothing of it.
import {
  type AppendResult,
  MemoryEventStore,
  type NewEvent,
  type RecordedEvent,
  type Version,
} from '@holdfast/event-store';
import { MarkBook } from '../../check/mark-book';
import { DurableReplies } from '../faulty-replies';
import type { DurableStore } from '../faulty-store';

export class RivalLog implements DurableStore {
  readonly store = new MemoryEventStore();
  readonly replies = new DurableReplies(this.store.replies, () => undefined);
  readonly book = new MarkBook();

  /** @param onGiven is told of each event that gives out an address */
  constructor(private readonly onGiven: (recorded: RecordedEvent) => void) {}

  async copy(events: readonly RecordedEvent[]): Promise<void> {
    for (const { stream, version, id, type, data, metadata } of events)
      await this.write(stream, version - 1, [{ id, type, data, metadata }]);
  }

  async append(
    _writer: string,
    stream: string,
    expected: Version,
    events: readonly NewEvent[],
  ): Promise<AppendResult> {
    const { length } = this.book.events;
    const result = await this.write(stream, expected, events);
    for (const recorded of this.book.events.slice(length)) if (isGiving(recorded)) this.onGiven(recorded);
    return result;
  }

  private async write(stream: string, expected: Version, events: readonly NewEvent[]): Promise<AppendResult> {
    const before = this.book.events.length;
    const result = await this.store.append(stream, expected, events);
    if (result.outcome !== 'appended' || Number(result.positions.at(-1)) <= before) return result;
    events.forEach((event, at) =>
      this.book.take({
        ...{ ...event, stream, version: expected + 1 + at },
        position: result.positions[at] as string,
      }),
    );
    return result;
  }
}

const GIVING = ['AddressReserved', 'AddressMoved', 'VipReserved', 'VipRevised'];

const isGiving = ({ type }: RecordedEvent): boolean => GIVING.some((name) => type.startsWith(`${name}.`));
