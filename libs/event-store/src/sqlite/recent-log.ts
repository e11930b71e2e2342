// The end of the log as it was just appended: whoever follows the log is nearly always here, and need not have the
// same events read, checked and parsed again. What is further back is read from the file.
import type { NewEvent, RecordedEvent, Version } from '../event-store';

/** A few bursts of a busy ledger; some megabytes. */
const EVENTS_MAX = 8192;
const PAGE_EVENTS = 1024;

export class RecentLog {
  /** Without gaps, the last one at the log's end. */
  private events: RecordedEvent[] = [];
  /** Position of the first of them. */
  private first = 1;

  /** To be called in log order, for everything that is committed. */
  add(stream: string, expected: Version, position: number, events: readonly NewEvent[]): void {
    if (position !== this.first + this.events.length) {
      this.events = [];
      this.first = position;
    }
    events.forEach(({ id, type, data, metadata }, at) => {
      const version = expected + 1 + at;
      this.events.push({ id, type, data, metadata, stream, version, position: String(position + at) });
    });
    if (this.events.length > EVENTS_MAX * 2) {
      this.first += this.events.length - EVENTS_MAX;
      this.events = this.events.slice(-EVENTS_MAX);
    }
  }

  /** The events from position `from` up to `to`, in pages; `undefined` when they begin before what is kept. */
  pages(from: number, to: number, prefix: string): RecordedEvent[][] | undefined {
    if (from < this.first || this.events.length === 0) return undefined;
    const pages: RecordedEvent[][] = [];
    for (let at = from; at <= to; at += PAGE_EVENTS) {
      const slice = this.events.slice(at - this.first, Math.min(at + PAGE_EVENTS, to + 1) - this.first);
      const page = prefix === '' ? slice : slice.filter((event) => event.stream.startsWith(prefix));
      if (page.length > 0) pages.push(page);
    }
    return pages;
  }
}
