// From SQLite's result codes (https://sqlite.org/rescode.html) to the port's faults.
import { type Position, StoreFault } from '../event-store';

interface SqliteError extends Error {
  /** Extended result code. */
  readonly errcode: number;
}

const BUSY = 5;
const READONLY = 8;
const CORRUPT = 11;
const FULL = 13;
const CANTOPEN = 14;
const NOTADB = 26;

/** An error of `node:sqlite`, not a bug of ours. */
export function isSqliteError(error: unknown): error is SqliteError {
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number';
}

export function isBusy(error: unknown): boolean {
  return isSqliteError(error) && primary(error) === BUSY;
}

/** What failed and changed nothing: a read, or a transaction that was rolled back. */
export function faultOf(error: unknown, file: string, lastGood?: Position): StoreFault {
  if (error instanceof StoreFault) return error;
  const options = { cause: error };
  if (!isSqliteError(error))
    return new StoreFault('store-closed', `${file}: ${String(error)}`, false, undefined, options);
  const said = `${file}: ${error.message} (SQLite ${error.errcode})`;
  switch (primary(error)) {
    case FULL:
      return new StoreFault(
        'store-full',
        `${said}: free space on its disk; nothing was written`,
        true,
        undefined,
        options,
      );
    case BUSY:
      return new StoreFault(
        'store-unavailable',
        `${said}: another program holds it`,
        true,
        undefined,
        options,
      );
    case CORRUPT:
    case NOTADB:
      return damaged(file, lastGood, said, options);
    case CANTOPEN:
    case READONLY:
      return new StoreFault(
        'store-unavailable',
        `${said}: check its folder and permissions`,
        false,
        undefined,
        options,
      );
    default:
      return new StoreFault('store-closed', `${said}: the store stopped`, false, undefined, options);
  }
}

export function damaged(
  file: string,
  lastGood: Position | undefined,
  how: string,
  options?: ErrorOptions,
): StoreFault {
  const upTo = lastGood === undefined ? 'no event is' : `events up to position ${lastGood} are`;
  return new StoreFault(
    'store-corrupt',
    `${file} is damaged: ${how}; ${upTo} known to be good`,
    false,
    lastGood,
    options,
  );
}

/** The low byte of an extended result code. */
function primary(error: SqliteError): number {
  return error.errcode & 0xff;
}
