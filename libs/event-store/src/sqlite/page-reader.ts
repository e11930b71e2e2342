// The main thread's end of the reader: asks for pages, one ahead of the consumer, and turns rows into events.
import type { Worker } from 'node:worker_threads';
import { type RecordedEvent, StoreFault } from '../port/event-store';
import { pushEvents } from './log/commit-row';
import type { Trouble } from './trouble';
import { fromPortable, type EventPage, type ReaderReport, type ReadOrder } from './protocol';

/** The first page is small, because many readers look at a few events and leave. */
const FIRST_PAGE_EVENTS = 128;
/** About a millisecond's work for a consumer that parses what it gets. */
const PAGE_EVENTS = 1024;

interface Waiting {
  resolve(page: EventPage): void;
  reject(fault: StoreFault): void;
}

export class PageReader {
  private readonly waiting: Waiting[] = [];
  private stopped: StoreFault | undefined;
  private ended: (() => void) | undefined;

  constructor(
    private readonly worker: Worker,
    private readonly file: string,
    private readonly trouble: Trouble,
  ) {
    worker.on('message', (report: ReaderReport) => this.take(report));
    worker.on('error', (error) => this.lost(error));
    worker.on('exit', () => this.lost(new Error('its thread has ended')));
  }

  /** @throws StoreFault `store-corrupt`, `store-unavailable`, `store-closed`. */
  async *pages(span: Omit<ReadOrder, 'eventsMax'>): AsyncGenerator<readonly RecordedEvent[]> {
    let { from } = span;
    let coming = this.ask({ ...span, eventsMax: FIRST_PAGE_EVENTS });
    while (from <= span.to) {
      const page = await coming;
      // While the consumer works on this page the thread reads the next.
      if (page.next <= span.to) coming = this.ask({ ...span, from: page.next, eventsMax: PAGE_EVENTS });
      const events = eventsOf(page, from, span.stream !== undefined);
      from = page.next;
      if (events.length > 0) yield events;
    }
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.ended = resolve;
      this.stopped = new StoreFault('store-closed', `${this.file} is closed`, false);
      this.worker.postMessage('close');
    });
  }

  private ask(order: ReadOrder): Promise<EventPage> {
    const page = this.stopped
      ? Promise.reject(this.stopped)
      : new Promise<EventPage>((resolve, reject) => {
          this.waiting.push({ resolve, reject });
          this.worker.postMessage(order);
        });
    // The consumer may leave before it gets to this page.
    page.catch(() => undefined);
    return page;
  }

  private take(report: ReaderReport): void {
    if ('bodies' in report) this.waiting.shift()?.resolve(report);
    else if ('failed' in report) this.fail(fromPortable(report.failed));
    else if ('closed' in report) this.ended?.();
  }

  /** What cannot be read now, and could be before: nothing that is built on the file can be trusted. */
  private fail(fault: StoreFault): void {
    this.waiting.shift()?.reject(fault);
    if (!fault.retryable) this.trouble.is(fault);
  }

  private lost(error: Error): void {
    if (!this.stopped) {
      const message = `${this.file}: the reader is gone: ${error.message}`;
      this.stopped = new StoreFault('store-closed', message, false, undefined, { cause: error });
      this.trouble.is(this.stopped);
    }
    const { stopped } = this;
    for (const page of this.waiting.splice(0)) page.reject(stopped);
    this.ended?.();
  }
}

/** The first row may begin before `from`, a version or a position. */
function eventsOf({ bodies, places, streams }: EventPage, from: number, isVersion: boolean): RecordedEvent[] {
  const events: RecordedEvent[] = [];
  for (let row = 0; row < bodies.length; row += 1) {
    const position = places[3 * row]!;
    const version = places[3 * row + 1]!;
    const stream = streams[places[3 * row + 2]!]!;
    pushEvents(events, bodies[row]!, stream, position, version, isVersion ? from : version + from - position);
  }
  return events;
}
