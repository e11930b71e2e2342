// Puts a backup in a ledger's place. It is checked before anything is touched; a ledger in use is left alone; one that is
// there is replaced only when that was asked for, and then it is kept aside. Wherever this is cut off, the next start finds
// the old ledger, or the new one, or refuses; never a part of each, and never an empty one.
import { copyFileSync, existsSync, linkSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { StoreFault } from '../../port/event-store';
import { damaged, isDenied, storeFaultOf } from '../log/faults';
import { Lock } from '../log/lock';
import { makeFileDurable, makeFolderDurable, makePrivate } from '../log/private-file';
import { realFile } from '../log/real-file';
import { acknowledged } from '../log/witness';
import { checkCopy, type CopyContent, sha256Of, sumFileOf } from './check-copy';
import { type CopyOutcome, type CopyRefusal, refused } from './copy-refusal';

export interface RestoreOptions {
  readonly backup: string;
  /** The ledger's: its folder is there, and no process has it open. */
  readonly file: string;
  /** Replaces the ledger that is there; it is kept under its name and `.until-<stamp>`. */
  readonly isForced?: boolean;
  /** Of what is kept aside: not there yet. */
  readonly stamp: string;
  /** Checks everything, and changes nothing, also of a ledger that a process has open. */
  readonly isDryRun?: boolean;
}

export interface Restored extends CopyContent {
  readonly file: string;
  readonly backup: string;
  /** Whether a sum of its bytes stood beside the backup, and was right. */
  readonly hadSum: boolean;
  /** Of the ledger that was there: the last position that anybody was told, if it says so. */
  readonly acknowledgedBefore?: number;
  /** Where the ledger that was there is kept. */
  readonly keptAs?: string;
}

/** @throws StoreFault `store-full`, `store-unavailable` */
export async function restoreSqlite(options: RestoreOptions): Promise<CopyOutcome<Restored>> {
  const backup = resolve(options.backup);
  const file = realFile(options.file);
  const refusal = unusable(backup, file);
  if (refusal) return { refused: refusal };
  const copy = options.isDryRun ? `${file}-checked-${process.pid}` : `${file}-restored`;
  if (options.isDryRun) return restoreInto(file, backup, copy, options).finally(() => removeCopy(copy));
  let lock: Lock;
  try {
    lock = Lock.take(file);
  } catch (error) {
    if (!(error instanceof StoreFault) || error.code !== 'store-locked') throw storeFaultOf(error, file);
    return refused('LedgerInUse', `${error.message}; stop it first`);
  }
  try {
    return await restoreInto(file, backup, copy, options);
  } catch (error) {
    throw storeFaultOf(error, file);
  } finally {
    removeCopy(copy);
    lock.release();
  }
}

function unusable(backup: string, file: string): CopyRefusal | undefined {
  const refusal = (code: CopyRefusal['code'], message: string): CopyRefusal => ({ code, message });
  if (!existsSync(backup)) return refusal('BackupNotFound', `there is no backup at ${backup}`);
  if (realFile(backup) === file) return refusal('SameFile', `${backup} is the ledger itself`);
  if (existsSync(`${backup}-wal`))
    return refusal(
      'BackupDamaged',
      `${backup} is no backup: beside it is a -wal, so that it is a part of a ledger that somebody copied`,
    );
  return undefined;
}

/**
 * With the lock held, unless it is dry.
 * @param copy in the folder of the ledger, so that it can be renamed into its place
 */
async function restoreInto(
  file: string,
  backup: string,
  copy: string,
  { isForced = false, isDryRun = false, stamp }: RestoreOptions,
): Promise<CopyOutcome<Restored>> {
  const isThere = ['', '-wal', '-ack'].some((suffix) => existsSync(file + suffix));
  if (isThere && !isForced && !isDryRun)
    return refused(
      'FileExists',
      `there is a ledger at ${file}; --force puts the backup in its place, and keeps it aside`,
    );
  const sum = sumBeside(backup);
  let content: CopyContent;
  try {
    // What is checked is what is used: the backup itself may be on a disk that says otherwise the next time.
    copyFile(backup, copy);
    if (sum !== undefined && (await sha256Of(copy)) !== sum)
      throw damaged(backup, undefined, `its bytes are not those that ${sumFileOf(backup)} tells of`);
    content = checkCopy(copy);
  } catch (error) {
    const fault = storeFaultOf(error, backup);
    if (fault.code !== 'store-corrupt') throw fault;
    return refused('BackupDamaged', fault.message.replaceAll(copy, backup));
  }
  const acknowledgedBefore = isThere ? acknowledged(file) : undefined;
  const keptAs = isThere && !isDryRun ? `${file}.until-${stamp}` : undefined;
  if (!isDryRun) replace(file, copy, keptAs);
  return {
    done: {
      ...{ file, backup, hadSum: sum !== undefined, ...content },
      ...(acknowledgedBefore !== undefined && { acknowledgedBefore }),
      ...(keptAs !== undefined && { keptAs }),
    },
  };
}

function copyFile(from: string, to: string): void {
  rmSync(to, { force: true });
  makePrivate(to);
  copyFileSync(from, to);
  makeFileDurable(to);
}

/**
 * The old -wal goes first, since SQLite would put it into whatever file it finds beside it: without it, what was
 * acknowledged is missing in the old file, and a start refuses. The old -ack goes last: until then it refuses the new one.
 */
function replace(file: string, copy: string, keptAs: string | undefined): void {
  if (keptAs !== undefined) {
    moveIfThere(`${file}-wal`, `${keptAs}-wal`);
    rmSync(`${file}-shm`, { force: true });
    makeFolderDurable(file);
    if (existsSync(file)) keep(file, keptAs);
  }
  renameSync(copy, file);
  makeFolderDurable(file);
  if (keptAs !== undefined) moveIfThere(`${file}-ack`, `${keptAs}-ack`);
  makeFolderDurable(file);
}

/** Under its own name too, so that there is always a ledger; a disk without hard links has to do without that. */
function keep(file: string, keptAs: string): void {
  try {
    linkSync(file, keptAs);
  } catch (error) {
    if (!isDenied(error)) throw error;
    renameSync(file, keptAs);
  }
}

function moveIfThere(from: string, to: string): void {
  if (existsSync(from)) renameSync(from, to);
}

/** Of a copy that was not used, with what SQLite puts beside it. */
function removeCopy(copy: string): void {
  for (const suffix of ['', '-journal', '-wal', '-shm']) rmSync(copy + suffix, { force: true });
}

/** Undefined: there is none. */
function sumBeside(backup: string): string | undefined {
  const sums = sumFileOf(backup);
  if (!existsSync(sums)) return undefined;
  const [sum] = /^[0-9a-f]{64}\b/.exec(readFileSync(sums, 'utf8')) ?? [''];
  return sum;
}
