// The file's layout. One row a commit, so that a group of commands costs one insert; the view `events` is for
// people who open the file with sqlite3. What was written is never changed: triggers refuse it.

/** "HFST": tells our file from any other SQLite database (https://sqlite.org/fileformat2.html, offset 68). */
export const APPLICATION_ID = 0x48465354;

/** Version of this layout (`user_version`, offset 60). */
export const LAYOUT_VERSION = 1;

/** Small enough that a lone commit writes little, large enough that an ordinary body needs no overflow page. */
export const PAGE_BYTES = 8192;

export const SCHEMA = `
  PRAGMA page_size = ${PAGE_BYTES};
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${LAYOUT_VERSION};
  CREATE TABLE commits (
    position INTEGER PRIMARY KEY,
    stream   TEXT    NOT NULL,
    version  INTEGER NOT NULL,
    count    INTEGER NOT NULL,
    body     TEXT    NOT NULL,
    checksum INTEGER NOT NULL,
    UNIQUE (stream, version)
  ) STRICT;
  CREATE VIEW events AS
    SELECT position + key AS position, stream, version + key AS version,
           value ->> 0 AS id, value ->> 1 AS type, value ->> 2 AS data, value ->> 3 AS metadata
    FROM commits, json_each(body);
  CREATE TRIGGER commits_are_never_changed BEFORE UPDATE ON commits
    BEGIN SELECT raise(ABORT, 'history is never changed'); END;
  CREATE TRIGGER commits_are_never_deleted BEFORE DELETE ON commits
    BEGIN SELECT raise(ABORT, 'history is never deleted'); END;
`;
