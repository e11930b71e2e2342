// One writer process a file. SQLite alone would let two processes write in turns, and people may read the file with
// sqlite3 meanwhile; so the right to write is a lock on a small database beside it, `<file>-lock`, held in exclusive
// mode for as long as the store is open. The kernel drops it with its process, however that dies.
import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { StoreFault } from '../../port/event-store';
import { storeFaultOf, isBusy } from './faults';
import { makePrivateIfAbsent } from './private-file';

/** One try: of processes that race, each may hold the other up for a moment. */
const TRY_MS = 250;
/** A holder that has not yet said who it is, or has just died, is given this many tries. */
const TRIES_MAX = 8;

/** What is locked for as long as the file is open for writing: a file of its own beside it. */
export const lockFileOf = (file: string): string => `${file}-lock`;

export class Lock {
  private constructor(private readonly db: DatabaseSync) {}

  /** @throws StoreFault `store-locked`, naming the file and the process that holds it. */
  static take(file: string): Lock {
    const path = lockFileOf(file);
    let holder = 0;
    for (let tried = 0; tried < TRIES_MAX && !isAlive(holder); tried += 1) {
      const db = tryToLock(path, file);
      if (db) return new Lock(db);
      holder = holderOf(path);
    }
    const message = `${file} is in use by process ${holder}: one process at a time may write it`;
    throw new StoreFault('store-locked', message, true);
  }

  /**
   * Waits for it, at most a tenth of a second longer than somebody has it (SQLite looks as often), and for as long as
   * somebody has: a process that stands by has nothing else to do, and is ended from outside.
   * @param held is told who has it, again whenever that is another
   */
  static wait(file: string, held: (holder: number) => void): Lock {
    const path = lockFileOf(file);
    for (let known: number | undefined; ; ) {
      const db = tryToLock(path, file);
      if (db) return new Lock(db);
      const holder = holderOf(path);
      // One that has it for a moment only has not said who it is.
      if (holder !== 0 && holder !== known) held((known = holder));
    }
  }

  release(): void {
    try {
      this.db.exec('PRAGMA synchronous = OFF; PRAGMA user_version = 0');
    } catch {
      // Others may be told a name of the past for a moment.
    }
    this.db.close();
  }
}

/** Undefined when somebody else has it. */
function tryToLock(path: string, file: string): DatabaseSync | undefined {
  let db: DatabaseSync | undefined;
  try {
    if (!existsSync(path)) makePrivateIfAbsent(path);
    db = new DatabaseSync(path, { timeout: TRY_MS });
    db.exec('PRAGMA page_size = 512; PRAGMA journal_mode = MEMORY; PRAGMA locking_mode = EXCLUSIVE');
    db.exec(`BEGIN EXCLUSIVE; PRAGMA user_version = ${process.pid}; COMMIT`);
    return db;
  } catch (error) {
    db?.close();
    if (isBusy(error)) return undefined;
    throw unusable(storeFaultOf(error, path), file);
  }
}

/** It holds nothing but a process id, so that its loss is no loss of events. */
function unusable(fault: StoreFault, file: string): StoreFault {
  if (fault.code !== 'store-corrupt') return fault;
  const message = `${file}-lock is unreadable; delete it once no process has ${file} open`;
  return new StoreFault('store-unavailable', message, false, undefined, { cause: fault });
}

/**
 * Process id of the holder, 0 when it has not said. `immutable` reads past its lock. Reading the bytes with `fs` would,
 * when the holder is this very process, drop the lock on closing the descriptor (fcntl(2), "Advisory record locking").
 */
function holderOf(path: string): number {
  const url = pathToFileURL(path);
  url.searchParams.set('immutable', '1');
  const db = new DatabaseSync(url, { readOnly: true });
  try {
    return Number(db.prepare('PRAGMA user_version').get()?.['user_version']);
  } catch {
    // Caught in the middle of being written.
    return 0;
  } finally {
    db.close();
  }
}

function isAlive(pid: number): boolean {
  if (pid === 0) return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // Another user's.
    return (error as { code?: string }).code === 'EPERM';
  }
}
