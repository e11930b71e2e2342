// A copy of a ledger, looked over from end to end: the file's structure, every row's checksum and place, and the chain of
// hashes of every stream, so that nothing in it was changed, taken out or put in. Whoever uses a copy checks it first.
import { createReadStream } from 'node:fs';
import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import { DatabaseSync } from 'node:sqlite';
import { hashOf, idFromHash, NO_PREDECESSOR, readMetadata } from '../../envelope/event-envelope';
import type { RecordedEvent } from '../../port/event-store';
import { pushEvents } from '../log/commit-row';
import { CommitRows } from '../log/commit-rows';
import { damaged, storeFaultOf } from '../log/faults';
import { assertLayout } from '../log/schema';
import { verify } from '../log/verify';

/** What a copy holds. */
export interface CopyContent {
  /** Of the last event; 0 when there is none. */
  readonly position: number;
  readonly streams: number;
  /** When the last event was recorded, milliseconds since the epoch; absent when there is none. */
  readonly lastAtMs?: number;
}

/**
 * @param file nobody else's: SQLite may write beside it meanwhile
 * @throws StoreFault `store-corrupt`, with the last position before the damage; `store-unavailable`
 */
export function checkCopy(file: string): CopyContent {
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(file);
    assertLayout(db, file);
    const { position, heads } = verify(db, file);
    return { position, streams: heads.size, ...checkChain(db, file, position) };
  } catch (error) {
    throw storeFaultOf(error, file);
  } finally {
    db?.close();
  }
}

/** `firstBrokenLink`, for a log that is too long to be held in memory. */
function checkChain(db: DatabaseSync, file: string, to: number): { lastAtMs?: number } {
  const hashes = new Map<string, string>();
  let last: RecordedEvent | undefined;
  for (const rows of new CommitRows(db, file).in({ from: 1, to })) {
    const events: RecordedEvent[] = [];
    for (const [position, stream, version, , body] of rows)
      pushEvents(events, body, stream, position, version, version);
    for (const event of events) {
      const hash = hashOf(event.stream, event.version, event);
      const isLinked = readMetadata(event).previous === (hashes.get(event.stream) ?? NO_PREDECESSOR);
      if (!isLinked || event.id !== idFromHash(hash))
        throw damaged(
          file,
          last?.position,
          `the chain of ${event.stream} is broken at position ${event.position}`,
        );
      hashes.set(event.stream, hash);
      last = event;
    }
  }
  return last ? { lastAtMs: readMetadata(last).atMs } : {};
}

/** SHA-256 of the bytes, hexadecimal. To be asked of a file that SQLite does not have open. */
export async function sha256Of(file: string): Promise<string> {
  const sum = createHash('sha256');
  await pipeline(createReadStream(file), sum);
  return sum.digest('hex');
}

/** What `sha256sum --check` reads, beside a backup. */
export const sumFileOf = (backup: string): string => `${backup}.sha256`;
