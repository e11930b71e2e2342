// Cuts pages out of the log, in a worker thread of its own so that a long replay never holds up an append.
import type { DatabaseSync } from 'node:sqlite';
import { CommitRows } from './log/commit-rows';
import type { EventPage, ReadOrder } from './protocol';

/** UTF-16 units of bodies in one page, so that a page of large events stays small enough to hold twice. */
const PAGE_UNITS_MAX = 1 << 20;

export class Reader {
  private readonly commits: CommitRows;

  constructor(db: DatabaseSync, file: string) {
    this.commits = new CommitRows(db, file);
  }

  /** @throws StoreFault `store-corrupt`. */
  read(order: ReadOrder): EventPage {
    const bodies: string[] = [];
    const places: number[] = [];
    const streams = new Map<string, number>();
    let next = order.from;
    let events = 0;
    let units = 0;
    for (const rows of this.commits.in(order)) {
      for (const [position, stream, version, count, body] of rows) {
        next = (order.stream === undefined ? position : version) + count;
        if (!stream.startsWith(order.prefix)) continue;
        const index = streams.get(stream) ?? streams.size;
        if (index === streams.size) streams.set(stream, index);
        bodies.push(body);
        places.push(position, version, index);
        events += count;
        units += body.length;
      }
      if (events >= order.eventsMax || units >= PAGE_UNITS_MAX) break;
    }
    return { bodies, places: Float64Array.from(places), streams: [...streams.keys()], next };
  }
}
