// The whole file, checked before the store is used: what was damaged is refused, never skipped.
import type { DatabaseSync } from 'node:sqlite';
import { CommitRows } from './commit-rows';
import { damaged, storeFaultOf } from './faults';

/** What the log holds. */
export interface Log {
  /** Of the last event; 0 when there is none. */
  readonly position: number;
  /** The last version of every stream. */
  readonly heads: Map<string, number>;
}

/**
 * Structure of the file (SQLite's `quick_check`), then every row: checksum, position, version in its stream. A tree
 * that lost its last leaf would pass both, so the rows must also be as many as the index over them has entries.
 * @throws StoreFault `store-corrupt`, with the position of the last event before the damage.
 */
export function verify(db: DatabaseSync, file: string): Log {
  const heads = new Map<string, number>();
  let position = 0;
  let commits = 0;
  try {
    const structure = String(db.prepare('PRAGMA quick_check(1)').get()?.['quick_check']);
    const last = Number(db.prepare('SELECT max(position + count - 1) AS last FROM commits').get()?.['last']);
    for (const rows of new CommitRows(db, file).in({ from: 1, to: last })) {
      for (const [first, stream, version, count] of rows) {
        const next = (heads.get(stream) ?? -1) + 1;
        if (version !== next) throw damaged(file, known(position), `version ${next} of ${stream} is missing`);
        heads.set(stream, version + count - 1);
        position = first + count - 1;
        commits += 1;
      }
    }
    if (structure !== 'ok') throw damaged(file, known(position), structure);
    const indexed = Number(
      db.prepare('SELECT count(*) AS n FROM commits INDEXED BY sqlite_autoindex_commits_1').get()?.['n'],
    );
    if (indexed !== commits)
      throw damaged(file, known(position), `${indexed} commits are indexed, ${commits} are there`);
  } catch (error) {
    throw storeFaultOf(error, file, known(position));
  }
  return { position, heads };
}

function known(position: number): string | undefined {
  return position === 0 ? undefined : String(position);
}
