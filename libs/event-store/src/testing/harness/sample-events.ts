// Events whose every part follows from where they stand, so that a test can tell whether what it finds is what was
// written, whoever wrote it.
import { createHash } from 'node:crypto';
import type { NewEvent, RecordedEvent, Version } from '../../port/event-store';

/** `count` events to be appended to `stream` at `expected`. Another `salt` makes other events. */
export function sampleEvents(stream: string, expected: Version, count: number, salt = ''): NewEvent[] {
  return Array.from({ length: count }, (_, index) => {
    const version = expected + 1 + index;
    return {
      id: uuidOf(`${salt} ${stream} ${version}`),
      type: 'SampleTaken',
      data: JSON.stringify({ stream, version, salt }),
      metadata: JSON.stringify({ appendedFrom: expected + 1, appendedCount: count }),
    };
  });
}

/** Whether a recorded event is the one that `sampleEvents` makes for its place. */
export function isSample(event: RecordedEvent): boolean {
  const data = JSON.parse(event.data) as { stream: string; version: number; salt: string };
  const isInPlace = data.stream === event.stream && data.version === event.version;
  return isInPlace && event.id === uuidOf(`${data.salt} ${event.stream} ${event.version}`);
}

/** How many events were appended together with this one, and from which version on. */
export function appendOf(event: RecordedEvent): { appendedFrom: number; appendedCount: number } {
  return JSON.parse(event.metadata) as { appendedFrom: number; appendedCount: number };
}

/** A UUID of version 8 (RFC 9562 section 5.8) that follows from the text. */
function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
