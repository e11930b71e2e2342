// The end of the log as it was just appended: whoever follows the log is nearly always here, and need not have the
// same events read, checked and parsed again. What is further back is read from the file. While nobody follows, nothing
// is kept: every event would outlive its append, which costs the garbage collector more than deciding costs.
import type { NewEvent, RecordedEvent, Version } from '../port/event-store';

/** At least so many of the newest are kept, at most twice as many: what is appended while a follower is at work. */
const EVENTS_KEPT = 1024;
const PAGE_EVENTS = 1024;

interface Append {
  readonly position: number;
  readonly stream: string;
  readonly expected: Version;
  readonly events: readonly NewEvent[];
  /** Made for the first who asks, and the same for all who do. */
  recorded?: readonly RecordedEvent[];
}

export class RecentLog {
  /** Without gaps, the last one at the log's end. */
  private appends: Append[] = [];
  private count = 0;

  /** To be called in log order, for everything that is committed. */
  add(stream: string, expected: Version, position: number, events: readonly NewEvent[]): void {
    const last = this.appends[this.appends.length - 1];
    if (last && position !== last.position + last.events.length) this.clear();
    this.appends.push({ position, stream, expected, events });
    this.count += events.length;
    if (this.count > EVENTS_KEPT * 2) this.forget();
  }

  /** To be called instead of `add` where nobody follows. */
  clear(): void {
    if (this.appends.length > 0) this.appends = [];
    this.count = 0;
  }

  /** The events from position `from` up to `to`, in pages; `undefined` when they begin before what is kept. */
  pages(from: number, to: number, prefix: string): RecordedEvent[][] | undefined {
    const [first] = this.appends;
    if (!first || from < first.position) return undefined;
    const events: RecordedEvent[] = [];
    for (let at = this.indexOf(from); at < this.appends.length; at += 1) {
      const append = this.appends[at] as Append;
      if (append.position > to) break;
      if (!append.stream.startsWith(prefix)) continue;
      for (const event of recordedOf(append)) {
        const position = append.position + event.version - append.expected - 1;
        if (position >= from && position <= to) events.push(event);
      }
    }
    const pages: RecordedEvent[][] = [];
    for (let at = 0; at < events.length; at += PAGE_EVENTS) pages.push(events.slice(at, at + PAGE_EVENTS));
    return pages;
  }

  /** Of the append that `position` is in, or follows. */
  private indexOf(position: number): number {
    let [low, high] = [0, this.appends.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.appends[middle] as Append).position <= position) low = middle + 1;
      else high = middle;
    }
    return Math.max(0, low - 1);
  }

  private forget(): void {
    let at = 0;
    for (; this.count > EVENTS_KEPT; at += 1) this.count -= (this.appends[at] as Append).events.length;
    this.appends = this.appends.slice(at);
  }
}

function recordedOf(append: Append): readonly RecordedEvent[] {
  const { position, stream, expected, events } = append;
  return (append.recorded ??= events.map(({ id, type, data, metadata }, at) => ({
    id,
    type,
    data,
    metadata,
    stream,
    version: expected + 1 + at,
    position: String(position + at),
  })));
}
