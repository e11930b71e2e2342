// The whole file, checked row by row before the store is used: what was damaged is refused, never skipped.
import type { DatabaseSync } from 'node:sqlite';
import { COMMIT_COLUMNS, type CommitRow, isIntact } from './commit-row';
import { damaged, faultOf } from './faults';

export interface Log {
  readonly position: number;
  readonly heads: Map<string, number>;
}

/** @throws StoreFault `store-corrupt`, with the position of the last event before the damage. */
export function verify(db: DatabaseSync, file: string): Log {
  const heads = new Map<string, number>();
  let position = 0;
  let commits = 0;
  const known = (): string | undefined => (position === 0 ? undefined : String(position));
  try {
    for (const row of rows(db)) {
      const [first, stream, version, count] = row;
      if (!isIntact(row)) throw damaged(file, known(), `the checksum of position ${first} is wrong`);
      if (first !== position + 1) throw damaged(file, known(), `position ${position + 1} is missing`);
      const next = (heads.get(stream) ?? -1) + 1;
      if (version !== next) throw damaged(file, known(), `version ${next} of ${stream} is missing`);
      heads.set(stream, version + count - 1);
      position = first + count - 1;
      commits += 1;
    }
    const indexed = Number(
      db.prepare('SELECT count(*) AS n FROM commits INDEXED BY sqlite_autoindex_commits_1').get()?.['n'],
    );
    if (indexed !== commits)
      throw damaged(file, known(), `${indexed} commits are indexed, ${commits} are there`);
  } catch (error) {
    throw faultOf(error, file, known());
  }
  return { position, heads };
}

function rows(db: DatabaseSync): Iterable<CommitRow> {
  const all = db.prepare(`SELECT ${COMMIT_COLUMNS} FROM commits ORDER BY position`);
  all.setReturnArrays(true);
  return all.iterate() as unknown as Iterable<CommitRow>;
}
