// The file's layout. One row a commit, so that a group of commands costs one insert; the view `events` is for people
// who open the file with sqlite3. What was written is never changed: triggers refuse it.
import type { DatabaseSync } from 'node:sqlite';
import { damaged } from './faults';

/** "HFST": tells our file from any other SQLite database (https://sqlite.org/fileformat2.html, offset 68). */
const APPLICATION_ID = 0x48465354;

/** Version of this layout (`user_version`, offset 60). */
const LAYOUT_VERSION = 1;

/** Small enough that a lone commit writes little, large enough that an ordinary body needs no overflow page. */
export const PAGE_BYTES = 8192;

const OBJECTS = {
  commits: `CREATE TABLE commits (
    position INTEGER PRIMARY KEY,
    stream TEXT NOT NULL,
    version INTEGER NOT NULL,
    count INTEGER NOT NULL,
    body TEXT NOT NULL,
    checksum INTEGER NOT NULL,
    UNIQUE (stream, version)
  ) STRICT`,
  events: `CREATE VIEW events AS
    SELECT position + key AS position, stream, version + key AS version,
      value ->> 0 AS id, value ->> 1 AS type, value ->> 2 AS data, value ->> 3 AS metadata
    FROM commits, json_each(body)`,
  commits_are_never_changed: `CREATE TRIGGER commits_are_never_changed BEFORE UPDATE ON commits
    BEGIN SELECT raise(ABORT, 'history is never changed'); END`,
  commits_are_never_deleted: `CREATE TRIGGER commits_are_never_deleted BEFORE DELETE ON commits
    BEGIN SELECT raise(ABORT, 'history is never deleted'); END`,
};

export const SCHEMA = `
  PRAGMA page_size = ${PAGE_BYTES};
  BEGIN;
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${LAYOUT_VERSION};
  ${Object.values(OBJECTS).join(';\n')};
  COMMIT;
`;

/** @throws StoreFault `store-corrupt` when the file is not laid out as we lay it out, to the letter. */
export function assertLayout(db: DatabaseSync, file: string): void {
  const header = { application_id: APPLICATION_ID, user_version: LAYOUT_VERSION };
  for (const [name, value] of Object.entries(header)) {
    const found = db.prepare(`PRAGMA ${name}`).get()?.[name];
    if (found !== value)
      throw damaged(
        file,
        undefined,
        `its ${name} is ${found}, not ${value}: it is no ledger of this version`,
      );
  }
  const statement = db.prepare('SELECT sql FROM sqlite_schema WHERE name = ?');
  for (const [name, sql] of Object.entries(OBJECTS))
    if (statement.get(name)?.['sql'] !== sql)
      throw damaged(file, undefined, `its schema of ${name} was changed`);
}

const REPLIES_TABLE = `CREATE TABLE replies (
    number INTEGER PRIMARY KEY,
    caller TEXT NOT NULL,
    body TEXT NOT NULL,
    checksum INTEGER NOT NULL
  ) STRICT`;

/** Makes the table in a file that has none. @throws StoreFault `store-corrupt` when there is another of that name */
export function ensureReplies(db: DatabaseSync, file: string): void {
  const find = db.prepare(`SELECT sql FROM sqlite_schema WHERE name = 'replies'`);
  if (!find.get()) db.exec(REPLIES_TABLE);
  if (find.get()?.['sql'] !== REPLIES_TABLE)
    throw damaged(file, undefined, 'its schema of replies was changed');
}
