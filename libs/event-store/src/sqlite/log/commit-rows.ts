// Walks the table `commits`, in the order of the log or of one stream, and lets nothing through that is damaged or
// out of place.
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { COMMIT_COLUMNS, type CommitRow, isIntact } from './commit-row';
import { damaged } from './faults';

/**
 * Positions (or versions) fetched by one query. `all` is twice as fast as `iterate` (node:sqlite), but holds its
 * rows in memory at once, and a row may have a megabyte.
 */
const STEP = 128;

/** From and to, inclusive: positions, or versions of `stream`. */
export interface Span {
  readonly from: number;
  readonly to: number;
  readonly stream?: string;
}

export class CommitRows {
  private readonly ofLog: StatementSync;
  private readonly ofStream: StatementSync;

  constructor(
    db: DatabaseSync,
    private readonly file: string,
  ) {
    const select = `SELECT ${COMMIT_COLUMNS} FROM commits WHERE`;
    this.ofLog = db.prepare(
      `${select} position BETWEEN
         (SELECT max(position) FROM commits WHERE position <= ?1) AND ?2 ORDER BY position`,
    );
    this.ofStream = db.prepare(
      `${select} stream = ?3 AND version BETWEEN
         (SELECT max(version) FROM commits WHERE stream = ?3 AND version <= ?1) AND ?2 ORDER BY version`,
    );
    this.ofLog.setReturnArrays(true);
    this.ofStream.setReturnArrays(true);
  }

  /**
   * The rows that hold `span`, in steps, without a gap.
   * @throws StoreFault `store-corrupt` at the first row that is damaged, missing or out of place.
   */
  *in({ from, to, stream }: Span): Generator<CommitRow[]> {
    for (let next = from; next <= to; ) {
      const rows = this.step(next, Math.min(next + STEP - 1, to), stream);
      if (rows.length === 0) throw this.missing(next, stream);
      for (const row of rows) {
        const first = stream === undefined ? row[0] : row[2];
        if (!isIntact(row))
          throw damaged(this.file, before(row[0]), `the checksum of position ${row[0]} is wrong`);
        // Only the very first row may begin before what was asked for.
        if (first > next || (first < next && next !== from)) throw this.missing(next, stream);
        next = first + row[3];
      }
      yield rows;
    }
  }

  private step(from: number, to: number, stream: string | undefined): CommitRow[] {
    try {
      const rows = stream === undefined ? this.ofLog.all(from, to) : this.ofStream.all(from, to, stream);
      return rows as unknown as CommitRow[];
    } catch (error) {
      // An integer beyond 2^53, which we never write.
      if (error instanceof RangeError) throw damaged(this.file, before(from), error.message, error);
      throw error;
    }
  }

  private missing(next: number, stream: string | undefined): Error {
    return stream === undefined
      ? damaged(this.file, before(next), `position ${next} is missing`)
      : damaged(this.file, undefined, `version ${next} of ${stream} is missing`);
  }
}

function before(position: number): string | undefined {
  return position > 1 ? String(position - 1) : undefined;
}
