// The one writer: takes what all streams have ready, checks each append's expected version, and commits the lot in
// one transaction with one fsync. Runs in its worker thread; knows nothing of promises or callers.
import { accessSync, constants } from 'node:fs';
import type { StatementSync } from 'node:sqlite';
import { systemClock } from '@holdfast/clock';
import { StoreFault } from '../port/event-store';
import { ENTRIES_PER_EVENT, checksumOf, decodeBody, encodeBody } from './log/commit-row';
import { storeFaultOf, isBusy, isDenied, isFull, sayingOf } from './log/faults';
import type { OpenLog } from './log/open-log';
import type { AppendOutcome, WriteOrder } from './protocol';
import { PAGE_BYTES } from './log/schema';
import { REPLIES, ReplyWriter } from './replies/reply-rows';

/** Pages in the -wal before they are moved to the main file: rare enough to be cheap, and 16 MB. */
const CHECKPOINT_PAGES = 2000;

export class Writer {
  private readonly begin: StatementSync;
  private readonly commit: StatementSync;
  private readonly insert: StatementSync;
  private readonly overlap: StatementSync;
  private readonly walSize: StatementSync;
  private readonly checkpoint: StatementSync;
  private readonly replies: ReplyWriter;
  private readonly heads: Map<string, number>;
  private position: number;
  /** Size of the -wal at the last checkpoint, in pages. */
  private checkpointedAt = 0;
  /** What the last commit took: writing to the -wal, and its fsync. */
  commitMs = 0;

  constructor(
    private readonly log: Pick<OpenLog, 'db' | 'witness' | 'room' | 'position' | 'heads' | 'inPlace'>,
    private readonly file: string,
  ) {
    const { db } = log;
    this.heads = log.heads;
    this.position = log.position;
    this.begin = db.prepare('BEGIN IMMEDIATE');
    this.commit = db.prepare('COMMIT');
    this.insert = db.prepare('INSERT INTO commits VALUES (?, ?, ?, ?, ?, ?)');
    this.overlap = db.prepare(
      `SELECT position, version, body FROM commits
       WHERE stream = ? AND version < ? AND version + count > ? ORDER BY version`,
    );
    this.overlap.setReturnArrays(true);
    this.replies = new ReplyWriter(db);
    this.walSize = db.prepare('PRAGMA wal_checkpoint(NOOP)');
    this.checkpoint = db.prepare('PRAGMA wal_checkpoint(PASSIVE)');
  }

  /**
   * Commits all appends of `group`. An append at the wrong version affects only itself.
   * @throws StoreFault, nothing being written: `store-full`, `store-unavailable`. Or, and then this writer must not
   *   be used again: `store-closed` (nothing written), `append-outcome-unknown`.
   */
  write(group: readonly WriteOrder[]): AppendOutcome[] {
    const headsBefore = new Map<string, number | undefined>();
    const positionBefore = this.position;
    let isCommitting = false;
    try {
      this.begin.run();
      const outcomes: AppendOutcome[] = [];
      for (const { entries } of group) {
        for (let at = 0; at < entries.length; ) {
          const stream = entries[at] as string;
          const expected = entries[at + 1] as number;
          const count = entries[at + 2] as number;
          const from = at + 3;
          at = from + count * ENTRIES_PER_EVENT;
          if (stream === REPLIES) {
            this.replies.write(entries, from, count);
            outcomes.push([]);
            continue;
          }
          if (!headsBefore.has(stream)) headsBefore.set(stream, this.heads.get(stream));
          outcomes.push(this.append(stream, expected, count, encodeBody(entries, from, count)));
        }
      }
      isCommitting = true;
      const startedMs = systemClock.monotonic();
      this.commit.run();
      this.commitMs = systemClock.monotonic() - startedMs;
      this.assertInPlace();
      if (this.position !== positionBefore) this.log.witness.record(this.position);
      return outcomes;
    } catch (error) {
      for (const [stream, head] of headsBefore) {
        if (head === undefined) this.heads.delete(stream);
        else this.heads.set(stream, head);
      }
      this.position = positionBefore;
      throw this.rolledBack(error, isCommitting);
    }
  }

  /**
   * Moves the -wal into the main file when it has grown enough; to be called when the callers have their answers.
   * @throws StoreFault `store-closed` when the disk fails: what is acknowledged is safe in the -wal.
   */
  tidy(): void {
    try {
      const pages = Number(this.walSize.get()?.['log']);
      this.log.room.ensure(pages * PAGE_BYTES);
      if (pages < this.checkpointedAt) this.checkpointedAt = 0;
      if (pages - this.checkpointedAt < CHECKPOINT_PAGES) return;
      this.checkpointedAt = pages;
      this.checkpoint.get();
    } catch (error) {
      if (isFull(error) || isBusy(error)) return;
      throw stopped(
        'store-closed',
        `${this.file}: moving the -wal into the file failed: ${sayingOf(error)}`,
        error,
      );
    }
  }

  /**
   * What a commit would find out: that nobody moved or replaced the file, and that it may be written.
   * @throws StoreFault `append-outcome-unknown`, and then this writer must not be used again.
   */
  assertUsable(): void {
    this.assertInPlace();
    try {
      accessSync(this.file, constants.W_OK);
    } catch (error) {
      // What is open stays writable when the right to open it is taken away.
      if (!isDenied(error)) throw this.unknown(error);
    }
  }

  /** What was committed to a file that is not at its place any more is kept for nobody. */
  private assertInPlace(): void {
    for (const file of this.log.inPlace) {
      const lost = file.lost();
      if (lost !== undefined) throw stopped('append-outcome-unknown', lost, undefined);
    }
  }

  private append(stream: string, expected: number, count: number, body: string): AppendOutcome {
    const actual = this.heads.get(stream) ?? -1;
    if (actual !== expected) return this.repeated(stream, expected, count, body) ?? { conflict: actual };
    const first = this.position + 1;
    const version = expected + 1;
    this.insert.run(first, stream, version, count, body, checksumOf(first, stream, version, count, body));
    this.heads.set(stream, expected + count);
    this.position += count;
    return first;
  }

  /** The positions of what is there already, if it has the same ids. */
  private repeated(stream: string, expected: number, count: number, body: string): number[] | undefined {
    const from = expected + 1;
    const there: [id: string, position: number][] = [];
    const rows = this.overlap.all(stream, from + count, from) as unknown as [number, number, string][];
    for (const [position, version, stored] of rows) {
      decodeBody(stored).forEach(([id], index) => {
        if (version + index >= from && version + index < from + count) there.push([id, position + index]);
      });
    }
    const ids = decodeBody(body).map(([id]) => id);
    const isSame = there.length === count && there.every(([id], index) => id === ids[index]);
    return isSame ? there.map(([, position]) => position) : undefined;
  }

  private rolledBack(error: unknown, isCommitting: boolean): StoreFault {
    if (error instanceof StoreFault) return error;
    try {
      if (this.log.db.isTransaction) this.log.db.exec('ROLLBACK');
    } catch (rollback) {
      return this.unknown(rollback);
    }
    if (isFull(error) || isBusy(error)) return storeFaultOf(error, this.file);
    if (isCommitting) return this.unknown(error);
    return stopped(
      'store-closed',
      `${this.file}: an insert failed and nothing was written: ${sayingOf(error)}`,
      error,
    );
  }

  private unknown(error: unknown): StoreFault {
    const message = `${this.file}: the commit failed: ${sayingOf(error)}; opening the store again tells what was written`;
    return stopped('append-outcome-unknown', message, error);
  }
}

/** After a failed fsync the kernel may have dropped what it could not write, so that trying again proves nothing. */
function stopped(
  code: 'store-closed' | 'append-outcome-unknown',
  message: string,
  cause: unknown,
): StoreFault {
  return new StoreFault(code, `${message}; the store has stopped`, false, undefined, { cause });
}
