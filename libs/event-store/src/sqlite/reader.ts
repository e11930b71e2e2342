// Reads pages of committed rows, in a worker thread of its own so that a long replay never holds up an append.
// Every row's checksum and place is checked again on its way out.
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { COMMIT_COLUMNS, type CommitRow, isIntact } from './commit-row';
import { damaged } from './faults';
import type { Page, ReaderOrder } from './protocol';

/** A page is what a consumer folds without holding up its event loop: about a millisecond's work. */
const PAGE_EVENTS_MAX = 1000;
const PAGE_UNITS_MAX = 1 << 20;

export class Reader {
  private readonly all: StatementSync;
  private readonly one: StatementSync;

  constructor(
    db: DatabaseSync,
    private readonly file: string,
  ) {
    const select = `SELECT ${COMMIT_COLUMNS} FROM commits`;
    this.all = db.prepare(
      `${select} WHERE position BETWEEN
         ifnull((SELECT max(position) FROM commits WHERE position <= ?1), 0) AND ?2 ORDER BY position`,
    );
    this.one = db.prepare(
      `${select} WHERE stream = ?3 AND version BETWEEN
         ifnull((SELECT max(version) FROM commits WHERE stream = ?3 AND version <= ?1), 0) AND ?2 ORDER BY version`,
    );
    this.all.setReturnArrays(true);
    this.one.setReturnArrays(true);
  }

  /** @throws StoreFault `store-corrupt` when a row is damaged or missing. */
  read(order: Exclude<ReaderOrder, 'close'>): Page {
    const rows: CommitRow[] = [];
    let { from } = order;
    let events = 0;
    let units = 0;
    for (const row of this.select(order)) {
      const [position, stream, version, count, body] = row;
      const first = 'stream' in order ? version : position;
      const good = String(position - 1);
      if (!isIntact(row)) throw damaged(this.file, good, `the checksum of position ${position} is wrong`);
      if (first > from || first + count <= from) throw this.missing(order, from);
      from = first + count;
      if ('prefix' in order && !stream.startsWith(order.prefix)) continue;
      rows.push(row);
      events += count;
      units += body.length;
      if (events >= PAGE_EVENTS_MAX || units >= PAGE_UNITS_MAX) return { rows, next: from };
    }
    if (from <= order.to) throw this.missing(order, from);
    return { rows, next: from };
  }

  private select(order: Exclude<ReaderOrder, 'close'>): Iterable<CommitRow> {
    const rows =
      'stream' in order
        ? this.one.iterate(order.from, order.to, order.stream)
        : this.all.iterate(order.from, order.to);
    return rows as unknown as Iterable<CommitRow>;
  }

  private missing(order: Exclude<ReaderOrder, 'close'>, from: number): Error {
    return 'stream' in order
      ? damaged(this.file, undefined, `version ${from} of ${order.stream} is missing`)
      : damaged(this.file, String(from - 1), `position ${from} is missing`);
  }
}
