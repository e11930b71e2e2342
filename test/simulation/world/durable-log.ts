// The log that survives every crash: one memory store behind all the faulty ones, and the history that checks each
// event as it lands, before anybody can read it.
import {
  type AppendResult,
  MemoryEventStore,
  type NewEvent,
  type Reply,
  type Version,
} from '@holdfast/event-store';
import type { MarkBook } from '../check/mark-book';
import { DurableReplies } from './faulty-replies';
import type { DurableStore } from './faulty-store';
import type { History } from '../check/history';

interface Landing {
  readonly writer: string;
  readonly stream: string;
  readonly expected: Version;
  readonly events: readonly NewEvent[];
}

export class DurableLog implements DurableStore {
  readonly store = new MemoryEventStore();
  readonly replies: DurableReplies;
  private landing: Landing | undefined;

  constructor(
    private readonly history: History,
    private readonly checked: (check: () => void) => void,
    onRemembered: (reply: Reply, writer: string) => void,
    /** Where there are other ledgers. */
    private readonly markBook?: MarkBook,
  ) {
    this.replies = new DurableReplies(this.store.replies, onRemembered);
    // The memory store gives its hint in the very moment when it has appended.
    this.store.onAppend(() => this.landed());
  }

  /** @param writer the process whose append this is */
  append(
    writer: string,
    stream: string,
    expected: Version,
    events: readonly NewEvent[],
  ): Promise<AppendResult> {
    this.landing = { writer, stream, expected, events };
    return this.store.append(stream, expected, events);
  }

  private landed(): void {
    const { landing } = this;
    const { writer, stream, expected, events } = landing as Landing;
    this.checked(() =>
      events.forEach((event, at) => {
        const position = String(this.history.length + 1);
        const recorded = { ...event, stream, version: expected + 1 + at, position };
        this.markBook?.take(recorded);
        this.history.take(recorded, writer, landing as Landing);
      }),
    );
  }
}
