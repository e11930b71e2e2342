// Makes a new, empty store, whole or not at all: under another name, then renamed. So a file that is there under its
// own name but empty was damaged, and is not taken for a new one.
import { existsSync, renameSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { damaged } from './faults';
import { makeFolderDurable, makePrivate } from './private-file';
import { SCHEMA } from './schema';

/** To be called with the lock held. @throws StoreFault `store-corrupt` when the file is gone but there was one. */
export function createIfAbsent(file: string, acknowledged: number): void {
  if (existsSync(file)) return;
  const known = acknowledged === 0 ? undefined : `position ${acknowledged} was acknowledged`;
  const traces = existsSync(`${file}-wal`) ? 'its -wal is there' : known;
  if (traces !== undefined) throw damaged(file, undefined, `the file is gone, but ${traces}`);
  const fresh = `${file}-new`;
  // Left by a crash in the middle of what follows.
  for (const path of [fresh, `${fresh}-journal`]) rmSync(path, { force: true });
  makePrivate(fresh);
  const db = new DatabaseSync(fresh);
  db.exec(SCHEMA);
  db.close();
  renameSync(fresh, file);
  makeFolderDurable(file);
}
