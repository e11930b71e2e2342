// One writer process a file. SQLite alone would let two processes write in turns, and people may read the file with
// sqlite3 meanwhile; so the right to write is a lock on a small database beside it, `<file>-lock`, held in exclusive
// mode for as long as the store is open. The kernel drops it with its process, however that dies.
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { StoreFault } from '../event-store';
import { faultOf, isBusy } from './faults';

/**
 * How long to try. Two processes that race may block each other for a moment, and both would give up if they tried
 * only once; a holder keeps its lock for longer than this and has told its process id by then.
 */
const RACE_MS = 250;

/** @throws StoreFault `store-locked`, naming the file and the process that holds it. */
export function lockFile(file: string): DatabaseSync {
  const path = `${file}-lock`;
  let lock: DatabaseSync | undefined;
  try {
    lock = new DatabaseSync(path, { timeout: RACE_MS });
    lock.exec('PRAGMA page_size = 512; PRAGMA journal_mode = MEMORY; PRAGMA locking_mode = EXCLUSIVE');
    lock.exec(`BEGIN EXCLUSIVE; PRAGMA user_version = ${process.pid}; COMMIT`);
    return lock;
  } catch (error) {
    lock?.close();
    if (!isBusy(error)) throw unusable(faultOf(error, path), file);
    const message = `${file} is in use by process ${holderOf(path)}: one process at a time may write it`;
    throw new StoreFault('store-locked', message, true);
  }
}

/** It holds nothing but a process id, so that its loss is no loss of events. */
function unusable(fault: StoreFault, file: string): StoreFault {
  if (fault.code !== 'store-corrupt') return fault;
  const message = `${file}-lock is unreadable; delete it once no process has ${file} open`;
  return new StoreFault('store-unavailable', message, false, undefined, { cause: fault });
}

/**
 * Process id of the holder. `immutable` reads past its lock. Reading the bytes with `fs` would, when the holder is
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
