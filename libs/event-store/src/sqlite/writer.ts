// The one writer. Runs in its worker thread: takes what all streams have ready, checks each append's expected
// version, and commits the lot in one transaction with one fsync. Knows nothing of promises or callers.
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { StoreFault } from '../event-store';
import { checksumOf, decodeBody } from './commit-row';
import { faultOf, isBusy, isSqliteError } from './faults';
import { ENTRIES_PER_APPEND, type Outcome } from './protocol';
import type { Log } from './verify';

export class Writer {
  private readonly begin: StatementSync;
  private readonly commit: StatementSync;
  private readonly insert: StatementSync;
  private readonly overlap: StatementSync;
  private readonly heads: Map<string, number>;
  private position: number;

  constructor(
    private readonly db: DatabaseSync,
    private readonly file: string,
    log: Log,
  ) {
    this.heads = log.heads;
    this.position = log.position;
    this.begin = db.prepare('BEGIN IMMEDIATE');
    this.commit = db.prepare('COMMIT');
    this.insert = db.prepare('INSERT INTO commits VALUES (?, ?, ?, ?, ?, ?)');
    this.overlap = db.prepare(
      'SELECT position, version, body FROM commits WHERE stream = ? AND version < ? AND version + count > ? ORDER BY version',
    );
    this.overlap.setReturnArrays(true);
  }

  /**
   * Commits `batch` (flat, `ENTRIES_PER_APPEND` entries each). An append at the wrong version affects only itself.
   * @throws StoreFault after a rollback: `store-full`, `store-unavailable`; `append-outcome-unknown` when SQLite
   *   cannot tell, after which this writer must not be used again.
   */
  write(batch: readonly (string | number)[]): Outcome[] {
    const before = new Map<string, number | undefined>();
    const positionBefore = this.position;
    try {
      this.begin.run();
      const outcomes: Outcome[] = [];
      for (let at = 0; at < batch.length; at += ENTRIES_PER_APPEND) {
        const [stream, expected, count, body] = batch.slice(at, at + ENTRIES_PER_APPEND) as [
          string,
          number,
          number,
          string,
        ];
        if (!before.has(stream)) before.set(stream, this.heads.get(stream));
        outcomes.push(this.append(stream, expected, count, body));
      }
      this.commit.run();
      return outcomes;
    } catch (error) {
      for (const [stream, head] of before) {
        if (head === undefined) this.heads.delete(stream);
        else this.heads.set(stream, head);
      }
      this.position = positionBefore;
      throw this.rolledBack(error);
    }
  }

  private append(stream: string, expected: number, count: number, body: string): Outcome {
    const actual = this.heads.get(stream) ?? -1;
    if (actual !== expected) return this.repeated(stream, expected, count, body) ?? { conflict: actual };
    const first = this.position + 1;
    this.insert.run(
      first,
      stream,
      expected + 1,
      count,
      body,
      checksumOf(first, stream, expected + 1, count, body),
    );
    this.heads.set(stream, expected + count);
    this.position += count;
    return first;
  }

  /** The positions of what is there already, if it has the same ids. */
  private repeated(stream: string, expected: number, count: number, body: string): number[] | undefined {
    const from = expected + 1;
    const there: [id: string, position: number][] = [];
    for (const row of this.overlap.all(stream, from + count, from) as unknown as [number, number, string][]) {
      const [position, version, stored] = row;
      decodeBody(stored).forEach(([id], index) => {
        if (version + index >= from && version + index < from + count) there.push([id, position + index]);
      });
    }
    const ids = decodeBody(body).map(([id]) => id);
    const same = there.length === count && there.every(([id], index) => id === ids[index]);
    return same ? there.map(([, position]) => position) : undefined;
  }

  private rolledBack(error: unknown): StoreFault {
    try {
      if (this.db.isTransaction) this.db.exec('ROLLBACK');
    } catch (rollback) {
      return this.unknown(rollback);
    }
    const fault = faultOf(error, this.file);
    return fault.code === 'store-full' || isBusy(error) ? fault : this.unknown(error);
  }

  private unknown(error: unknown): StoreFault {
    const said = isSqliteError(error) ? `${error.message} (SQLite ${error.errcode})` : String(error);
    return new StoreFault(
      'append-outcome-unknown',
      `${this.file}: the commit failed: ${said}; the store stopped, and only opening it again tells what was written`,
      false,
      undefined,
      { cause: error },
    );
  }
}
