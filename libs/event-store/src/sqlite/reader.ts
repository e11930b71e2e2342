// Cuts pages out of the log, in a worker thread of its own so that a long replay never holds up an append.
import type { DatabaseSync } from 'node:sqlite';
import type { CommitRow } from './commit-row';
import { CommitRows } from './commit-rows';
import type { Page, ReadOrder } from './protocol';

/** UTF-16 units of bodies in one page, so that a page of large events stays small enough to hold twice. */
const PAGE_UNITS_MAX = 1 << 20;

export class Reader {
  private readonly commits: CommitRows;

  constructor(db: DatabaseSync, file: string) {
    this.commits = new CommitRows(db, file);
  }

  /** @throws StoreFault `store-corrupt`. */
  read(order: ReadOrder): Page {
    const rows: CommitRow[] = [];
    let next = order.from;
    let events = 0;
    let units = 0;
    for (const step of this.commits.in(order)) {
      for (const row of step) {
        next = (order.stream === undefined ? row[0] : row[2]) + row[3];
        if (!row[1].startsWith(order.prefix)) continue;
        rows.push(row);
        events += row[3];
        units += row[4].length;
      }
      if (events >= order.eventsMax || units >= PAGE_UNITS_MAX) break;
    }
    return { rows, next };
  }
}
