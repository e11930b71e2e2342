// The log that survives every crash: one memory store behind all the faulty ones, and the history that checks each
// event as it lands, before anybody can read it.
import {
  type AppendResult,
  MemoryEventStore,
  type NewEvent,
  type Reply,
  type Version,
} from '@holdfast/event-store';
import { DurableReplies } from './faulty-replies';
import type { History } from '../check/history';

interface Landing {
  readonly writer: string;
  readonly stream: string;
  readonly expected: Version;
  readonly events: readonly NewEvent[];
}

export class DurableLog {
  readonly store = new MemoryEventStore();
  readonly replies: DurableReplies;
  private landing: Landing | undefined;

  constructor(
    private readonly history: History,
    private readonly checked: (check: () => void) => void,
    onRemembered: (reply: Reply, writer: string) => void,
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
        this.history.take(
          { ...event, stream, version: expected + 1 + at, position },
          writer,
          landing as Landing,
        );
      }),
    );
  }
}
