// Files that nobody but their owner may read: who holds which address is nobody else's to know. SQLite gives its -wal and
// -shm the mode of the main file.
import { closeSync, fsyncSync, linkSync, openSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { threadId } from 'node:worker_threads';
import { isThere } from './faults';

/** The owner reads and writes. */
export const PRIVATE_MODE = 0o600;

/** Makes `file`, empty. @throws what open(2) throws, also when it is there */
export function makePrivate(file: string): void {
  closeSync(openSync(file, 'wx', PRIVATE_MODE));
}

/**
 * The same of a file that others may make at the same time, and may have open. Made under another name, because closing
 * a file drops every lock that this process has on it (fcntl(2), "Advisory record locking").
 */
export function makePrivateIfAbsent(file: string): void {
  const own = `${file}-${process.pid}-${threadId}`;
  rmSync(own, { force: true });
  makePrivate(own);
  try {
    linkSync(own, file);
  } catch (error) {
    if (!isThere(error)) throw error;
  } finally {
    rmSync(own);
  }
}

/** What was written to it stays so whatever happens to the machine. @throws what fsync(2) throws */
export function makeFileDurable(path: string): void {
  const opened = openSync(path, 'r');
  try {
    fsyncSync(opened);
  } finally {
    closeSync(opened);
  }
}

/** What was renamed into the folder of `file`, or out of it, stays so whatever happens to the machine. */
export const makeFolderDurable = (file: string): void => makeFileDurable(dirname(file));
