// Who this process is when it holds a Lease, and which holders it knows to be dead. An identity is a process's own. On SQLite one
// process has the ledger, by a lock of the kernel on one file: whoever has that lock knows that each process that had it before is
// over, and need not wait until its Lease is. The lock's file is told from any other, a copy's too, by machine, boot, device and inode.
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { lockFileOf, realFile } from '@holdfast/event-store/sqlite';

export interface HolderIdentity {
  readonly name: string;
  readonly isOver: (holder: string) => boolean;
}

const SQLITE = 'sqlite:';
const BOOT_ID_FILE = '/proc/sys/kernel/random/boot_id';
/** Enough to tell the files of a cluster's machines apart. */
const DIGITS = 16;

/**
 * To be called once the store is open.
 * @param incarnation no other process's
 */
export function holderIdentity(store: string, incarnation: string): HolderIdentity {
  const lock = store.startsWith(SQLITE) ? lockIdOf(store.slice(SQLITE.length)) : undefined;
  const suffix = lock === undefined ? '' : `_${lock}`;
  return {
    name: `${hostname()}_${incarnation}${suffix}`,
    isOver: (holder) => suffix !== '' && holder.endsWith(suffix),
  };
}

/** Undefined where it cannot be known, such as on another system than Linux: then the Lease's own time has to pass. */
function lockIdOf(file: string): string | undefined {
  try {
    const bootId = readFileSync(BOOT_ID_FILE, 'utf8').trim();
    const { dev, ino } = statSync(lockFileOf(realFile(file)), { bigint: true });
    return createHash('sha256').update(`${bootId} ${dev} ${ino}`).digest('hex').slice(0, DIGITS);
  } catch {
    return undefined;
  }
}
