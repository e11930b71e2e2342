// One writer process a file. SQLite alone would let two processes write in turns, and people may read the file
// with sqlite3 meanwhile; so the right to write is a lock on a small database beside it, `<file>-lock`, held in
// exclusive mode for as long as the store is open. The kernel drops it with its process, however that dies.
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { StoreFault } from '../event-store';
import { faultOf, isBusy } from './faults';

/** @throws StoreFault `store-locked`, naming the file and the process that holds it. */
export function lockFile(file: string): DatabaseSync {
  const path = `${file}-lock`;
  const lock = new DatabaseSync(path, { timeout: 0 });
  try {
    lock.exec('PRAGMA page_size = 512; PRAGMA journal_mode = OFF; PRAGMA locking_mode = EXCLUSIVE');
    lock.exec(`BEGIN EXCLUSIVE; PRAGMA user_version = ${process.pid}; COMMIT`);
    return lock;
  } catch (error) {
    lock.close();
    if (!isBusy(error)) throw faultOf(error, path);
    const pid = holderOf(path);
    throw new StoreFault(
      'store-locked',
      `${file} is in use by process ${pid}: one process writes it at a time`,
      true,
    );
  }
}

/**
 * Process id of the holder. `immutable` reads past its lock; reading the bytes with `fs` would, when the holder is
 * this very process, drop the lock on closing the descriptor (fcntl(2), "Advisory record locking").
 */
function holderOf(path: string): number {
  const url = pathToFileURL(path);
  url.searchParams.set('immutable', '1');
  const lock = new DatabaseSync(url, { readOnly: true });
  try {
    return Number(lock.prepare('PRAGMA user_version').get()?.['user_version']);
  } finally {
    lock.close();
  }
}
