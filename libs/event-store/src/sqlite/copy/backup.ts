// Copies a ledger while it is written: whole commits up to one of them, and everything that anybody was told before the
// copy began. What is not checked is no backup: the copy gets its name only when it was read back.
import { existsSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { damaged, storeFaultOf } from '../log/faults';
import { makeFileDurable, makeFolderDurable, makePrivate, PRIVATE_MODE } from '../log/private-file';
import { realFile } from '../log/real-file';
import { assertLayout } from '../log/schema';
import { acknowledged } from '../log/witness';
import { checkCopy, type CopyContent, sha256Of, sumFileOf } from './check-copy';
import { type CopyOutcome, refused } from './copy-refusal';

/** Others may hold a lock of the file for a moment, at most this long. */
const BUSY_MS = 5_000;

export interface BackupOptions {
  /** The ledger's, in use or not. */
  readonly file: string;
  /** Where the copy is to be; beside it is put what `sha256sum --check` reads. */
  readonly backup: string;
  /** Puts it in the place of what is there. */
  readonly isForced?: boolean;
}

export interface Backup extends CopyContent {
  readonly file: string;
  readonly backup: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** @throws StoreFault `store-corrupt` (the ledger is damaged: there is no backup), `store-full`, `store-unavailable` */
export async function backUpSqlite(options: BackupOptions): Promise<CopyOutcome<Backup>> {
  const file = realFile(options.file);
  const backup = resolve(options.backup);
  if (!existsSync(file)) return refused('LedgerNotFound', `there is no ledger at ${file}`);
  if (isOfLedger(backup, file)) return refused('SameFile', `${backup} is where the ledger itself is`);
  if (existsSync(backup) && !options.isForced)
    return refused(
      'FileExists',
      `${backup} is there already; name another place, or replace it with --force`,
    );
  const fresh = `${backup}-new`;
  try {
    const promised = acknowledged(file) ?? 0;
    copyInto(fresh, file);
    const content = checkCopy(fresh);
    if (content.position < promised)
      throw damaged(
        file,
        undefined,
        `position ${promised} was acknowledged, but its log ends at ${content.position}`,
      );
    const sha256 = await sha256Of(fresh);
    const bytes = statSync(fresh).size;
    rmSync(sumFileOf(backup), { force: true });
    renameSync(fresh, backup);
    writeSum(backup, sha256);
    makeFolderDurable(backup);
    return { done: { file, backup, bytes, sha256, ...content } };
  } catch (error) {
    removeCopy(fresh);
    throw storeFaultOf(error, file);
  }
}

const isOfLedger = (path: string, file: string): boolean =>
  ['', '-wal', '-shm', '-ack', '-lock'].some((suffix) => path === file + suffix);

/** One transaction that reads: the writer goes on meanwhile, and its -wal grows until this is over. */
function copyInto(fresh: string, file: string): void {
  removeCopy(fresh);
  makePrivate(fresh);
  const db = new DatabaseSync(file, { readOnly: true, timeout: BUSY_MS });
  try {
    assertLayout(db, file);
    db.prepare('VACUUM INTO ?').run(fresh);
  } finally {
    db.close();
  }
  makeFileDurable(fresh);
}

function writeSum(backup: string, sha256: string): void {
  const sums = sumFileOf(backup);
  writeFileSync(sums, `${sha256}  ${basename(backup)}\n`, { mode: PRIVATE_MODE });
  makeFileDurable(sums);
}

/** With what SQLite puts beside it. */
function removeCopy(fresh: string): void {
  for (const suffix of ['', '-journal', '-wal', '-shm']) rmSync(fresh + suffix, { force: true });
}
