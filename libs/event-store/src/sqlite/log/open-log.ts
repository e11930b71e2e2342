// From a path to a log that may be written: locked, created if absent, looked over from end to end.
import { DatabaseSync } from 'node:sqlite';

import { createIfAbsent } from './create-file';
import { damaged, storeFaultOf, isFull } from './faults';
import { Lock } from './lock';
import { assertOnePlace, OpenedFile, realFile } from './real-file';
import { assertLayout, ensureReplies } from './schema';
import { type Log, verify } from './verify';
import { inspectWal } from './wal';
import { WalRoom } from './wal-room';
import { acknowledged, pathOf, Witness } from './witness';

/** People who read with sqlite3 may hold a lock for a moment, at most this long. */
const BUSY_MS = 1000;

export interface OpenLog extends Log {
  /** Without symbolic links. */
  readonly file: string;
  readonly db: DatabaseSync;
  /** The file and its -wal. */
  readonly inPlace: readonly OpenedFile[];
  readonly witness: Witness;
  readonly room: WalRoom;
  /** What was found and put right, for the operator to know. */
  readonly notices: readonly string[];
  close(): void;
}

/**
 * @param held makes it wait for whoever has the file open, and is told who that is
 * @throws StoreFault `store-locked`, `store-corrupt`, `store-unavailable`, `store-full`.
 */
export function openLog(path: string, held?: (holder: number) => void): OpenLog {
  const file = realFile(path);
  const lock = held ? Lock.wait(file, held) : Lock.take(file);
  let db: DatabaseSync | undefined;
  try {
    assertOnePlace(file);
    const notices: string[] = [];
    const promised = acknowledged(file);
    if (promised === undefined)
      notices.push(`${pathOf(file)} is unreadable: it cannot show whether the end of the log is there`);
    createIfAbsent(file, promised ?? 0);
    const { damage, tornFrames } = inspectWal(`${file}-wal`);
    if (damage !== undefined) throw damaged(file, lastReadable(file), damage);
    if (tornFrames > 0)
      notices.push(
        `dropped ${tornFrames} frames of a commit that was under way, and not acknowledged, at a crash`,
      );
    db = new DatabaseSync(file, { timeout: BUSY_MS });
    assertLayout(db, file);
    db.exec(
      'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0; PRAGMA cell_size_check = ON',
    );
    const log = verify(db, file);
    ensureReplies(db, file);
    assertAcknowledged(file, log.position, promised ?? 0);
    makeDurable(db);
    const witness = Witness.open(file);
    witness.record(log.position);
    const room = new WalRoom(`${file}-wal`);
    const inPlace = [new OpenedFile(file), new OpenedFile(`${file}-wal`)];
    const opened = db;
    const close = (): void => {
      opened.close();
      lock.release();
      witness.close();
      room.close();
    };
    return { ...log, file, db, witness, room, inPlace, notices, close };
  } catch (error) {
    db?.close();
    lock.release();
    throw storeFaultOf(error, file);
  }
}

function assertAcknowledged(file: string, position: number, promised: number): void {
  if (position >= promised) return;
  const how = `position ${promised} was acknowledged, but the log ends at ${position} (if you restored an older copy on purpose, delete ${pathOf(file)})`;
  throw damaged(file, position === 0 ? undefined : String(position), how);
}

/**
 * What a crash left in the -wal may never have reached the disk (a failed fsync is not repeated by the kernel), and
 * yet be readable now: it goes to the main file, with an fsync, before anybody builds on it.
 */
function makeDurable(db: DatabaseSync): void {
  try {
    db.exec('PRAGMA wal_checkpoint(PASSIVE)');
  } catch (error) {
    if (!isFull(error)) throw error;
  }
}

/** The last good position as SQLite would show it. Reading only, it leaves the file and the -wal alone. */
function lastReadable(file: string): string | undefined {
  const db = new DatabaseSync(file, { readOnly: true, timeout: BUSY_MS });
  try {
    const { position } = verify(db, file);
    return position === 0 ? undefined : String(position);
  } catch (error) {
    return storeFaultOf(error, file).lastGood;
  } finally {
    db.close();
  }
}
