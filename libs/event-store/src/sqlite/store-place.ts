// Where a ledger is when nobody says where, and what a place that somebody says is in full. Never where a process
// happens to be started: a ledger that is somewhere else tomorrow is another ledger. Makes nothing.
import { join, resolve } from 'node:path';

const FILE = 'holdfast/holdfast.db';
/** What the system keeps for its services: hier(7). */
const SYSTEM_STATE = '/var/lib';
/** Of a user: XDG Base Directory Specification, "XDG_STATE_HOME". */
const USER_STATE = '.local/state';
const SQLITE = 'sqlite:';

/** Who starts the process. */
export interface Starter {
  readonly isRoot: boolean;
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The default, as `--store` has it. */
export function defaultStore({ isRoot, home, env }: Starter): string {
  // The specification has a relative one ignored.
  const own = env['XDG_STATE_HOME']?.startsWith('/') ? env['XDG_STATE_HOME'] : join(home, USER_STATE);
  return `${SQLITE}${join(isRoot ? SYSTEM_STATE : own, FILE)}`;
}

/** For people, before it is known who starts the process. */
export const DEFAULT_STORE_HELP = `${SQLITE}${SYSTEM_STATE}/${FILE} as root, else ${SQLITE}~/${USER_STATE}/${FILE}`;

/** The file of a `--store`, in full; undefined: that store is no SQLite file. */
export function fileOfStore(store: string, folder: string): string | undefined {
  const path = store.startsWith(SQLITE) ? store.slice(SQLITE.length) : '';
  return path === '' ? undefined : resolve(folder, path);
}

/** A `--store` as it is wherever the process is. */
export function absoluteStore(store: string, folder: string): string {
  const file = fileOfStore(store, folder);
  return file === undefined ? store : `${SQLITE}${file}`;
}
