// One row of the table `commits`: what one append wrote to one stream, with a checksum over all of it. The body
// holds the events' texts as JSON strings, so that they come back byte for byte.
import { crc32 } from 'node:zlib';
import type { RecordedEvent } from '../../port/event-store';

/** Texts of each event in a list of them: id, type, data, metadata. */
export const ENTRIES_PER_EVENT = 4;

/** position of the first event, stream, version of the first event, count of events, body, checksum. */
export type CommitRow = [
  position: number,
  stream: string,
  version: number,
  count: number,
  body: string,
  checksum: number,
];

/** In the order of `CommitRow`. */
export const COMMIT_COLUMNS = 'position, stream, version, count, body, checksum';

/**
 * A JSON array of [id, type, data, metadata]; the view `events` of the schema reads it too.
 * @param entries which from `start` on have these four texts of each event, one after the other
 */
export function encodeBody(entries: readonly unknown[], start: number, count: number): string {
  const events: unknown[] = [];
  for (let event = 0, at = start; event < count; event += 1, at += ENTRIES_PER_EVENT)
    events.push([entries[at], entries[at + 1], entries[at + 2], entries[at + 3]]);
  return JSON.stringify(events);
}

export function decodeBody(body: string): [id: string, type: string, data: string, metadata: string][] {
  return JSON.parse(body);
}

/** CRC-32 of all other columns; `stream` comes last but one because it is the only free text before the body. */
export function checksumOf(
  position: number,
  stream: string,
  version: number,
  count: number,
  body: string,
): number {
  return crc32(body, crc32(`${position} ${version} ${count} ${stream}\n`));
}

/** Whether the row is as it was written. A damaged one may have anything in its columns. */
export function isIntact(row: readonly unknown[]): row is CommitRow {
  const [position, stream, version, count, body, checksum] = row;
  if (typeof stream !== 'string' || typeof body !== 'string') return false;
  return checksumOf(Number(position), stream, Number(version), Number(count), body) === checksum;
}

/** The events of a body from `versionFrom` on, appended to `into`. */
export function pushEvents(
  into: RecordedEvent[],
  body: string,
  stream: string,
  position: number,
  version: number,
  versionFrom: number,
): void {
  const events = decodeBody(body);
  for (let index = Math.max(0, versionFrom - version); index < events.length; index += 1) {
    const [id, type, data, metadata] = events[index]!;
    into.push({
      id,
      type,
      data,
      metadata,
      stream,
      version: version + index,
      position: String(position + index),
    });
  }
}
