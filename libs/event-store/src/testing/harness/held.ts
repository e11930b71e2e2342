// Holds a store to what it acknowledged.
import type { RecordedEvent } from '../../port/event-store';
import { appendOf, isSample } from './sample-events';

/** An append of `sampleEvents` that was acknowledged: its first version, and how many events it had. */
export interface Acknowledged {
  readonly stream: string;
  readonly version: number;
  readonly count: number;
}

/** Every event is as it was written, no append is there in part, and nothing acknowledged is missing. */
export function expectHeld(events: readonly RecordedEvent[], acknowledged: readonly Acknowledged[]): void {
  const lengths = new Map<string, number>();
  const present = new Map<string, number>();
  for (const event of events) {
    const version = lengths.get(event.stream) ?? 0;
    lengths.set(event.stream, version + 1);
    if (version !== event.version || !isSample(event))
      throw new Error(`${event.stream} has at ${version}: ${JSON.stringify(event)}`);
    const { appendedFrom, appendedCount } = appendOf(event);
    const append = `${event.stream} ${appendedFrom} ${appendedCount}`;
    present.set(append, 1 + (present.get(append) ?? 0));
  }
  const partial = [...present].filter(([append, count]) => Number(append.split(' ').pop()) !== count);
  expect(partial).toEqual([]);
  const lost = acknowledged.filter(
    ({ stream, version, count }) => !present.has(`${stream} ${version} ${count}`),
  );
  expect(lost).toEqual([]);
}
