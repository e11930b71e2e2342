// From SQLite's result codes (https://sqlite.org/rescode.html) and the system's error codes (errno(3)) to the
// port's faults. Whatever is neither is a bug, and is thrown on.
import { type Position, StoreFault, type StoreFaultCode } from '../../port/event-store';

export interface SqliteError extends Error {
  /** Extended result code. */
  readonly errcode: number;
}

const BUSY = 5;
const CORRUPT = 11;
const FULL = 13;

const CODE_OF_RESULT: Readonly<Record<number, StoreFaultCode>> = {
  // SQLITE_ERROR: all our statements are constant, so a table or a column is missing.
  1: 'store-corrupt',
  [BUSY]: 'store-unavailable',
  // SQLITE_CORRUPT and SQLITE_NOTADB
  [CORRUPT]: 'store-corrupt',
  26: 'store-corrupt',
  [FULL]: 'store-full',
};

export function isSqliteError(error: unknown): error is SqliteError {
  return isObject(error) && 'errcode' in error && typeof error.errcode === 'number';
}

/** Of the system: no such file. */
export function isAbsence(error: unknown): boolean {
  return isSystemError(error) && error.code === 'ENOENT';
}

/** Of the system: there is such a file. */
export function isThere(error: unknown): boolean {
  return isSystemError(error) && error.code === 'EEXIST';
}

/** Of the system: whoever asks may not. */
export function isDenied(error: unknown): boolean {
  return isSystemError(error) && (error.code === 'EACCES' || error.code === 'EPERM');
}

export function isBusy(error: unknown): boolean {
  return isSqliteError(error) && primary(error) === BUSY;
}

export function isFull(error: unknown): boolean {
  return isSqliteError(error) && primary(error) === FULL;
}

/** The fault of a failed read, open or transaction that left nothing behind. */
export function storeFaultOf(error: unknown, file: string, lastGood?: Position): StoreFault {
  if (error instanceof StoreFault) return error;
  const said = sayingOf(error);
  if (isSqliteError(error)) {
    const code = CODE_OF_RESULT[primary(error)] ?? 'store-unavailable';
    if (code === 'store-corrupt') return damaged(file, lastGood, said, error);
    return new StoreFault(code, `${file}: ${said}`, isBusy(error) || isFull(error), undefined, {
      cause: error,
    });
  }
  if (!isSystemError(error)) throw error;
  const isSpaceGone = error.code === 'ENOSPC' || error.code === 'EDQUOT';
  const code = isSpaceGone ? 'store-full' : 'store-unavailable';
  return new StoreFault(code, `${file}: ${said}`, isSpaceGone, undefined, { cause: error });
}

export function damaged(
  file: string,
  lastGood: Position | undefined,
  how: string,
  cause?: unknown,
): StoreFault {
  const upTo = lastGood === undefined ? 'no event is' : `events up to position ${lastGood} are`;
  const message = `${file} is damaged: ${how}; ${upTo} known to be good`;
  return new StoreFault(
    'store-corrupt',
    message,
    false,
    lastGood,
    cause === undefined ? undefined : { cause },
  );
}

export function sayingOf(error: unknown): string {
  if (!isSqliteError(error)) return String(error);
  // os_unix.c makes the same of EIO from read(2).
  const besides = primary(error) === CORRUPT ? ', or the disk cannot read it (see the system’s log)' : '';
  return `${error.message}${besides} (SQLite result ${error.errcode})`;
}

/** The low byte of an extended result code. */
function primary(error: SqliteError): number {
  return error.errcode & 0xff;
}

/** By its shape: an error of another realm (a test runner's sandbox) is no instance of our `Error`. */
function isSystemError(error: unknown): error is Error & { readonly code: string } {
  return isObject(error) && 'syscall' in error && 'code' in error;
}

function isObject(error: unknown): error is object {
  return typeof error === 'object' && error !== null;
}
