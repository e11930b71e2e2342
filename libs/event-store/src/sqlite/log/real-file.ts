// Which file a path means. SQLite follows symbolic links and keeps its -wal beside the file itself, so that everything
// else that stands beside a ledger must stand there too. A file with two places is refused: a lock or a -wal beside one
// of them would not be seen by who opens the other.
import { type BigIntStats, lstatSync, readFileSync, readlinkSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { StoreFault } from '../../port/event-store';
import { isAbsence, storeFaultOf } from './faults';

/** As many as Linux follows: path_resolution(7). */
const LINKS_MAX = 40;

/** Its absolute path without symbolic links, whether or not the file is there. @throws StoreFault `store-unavailable` */
export function realFile(path: string): string {
  let file = resolve(path);
  try {
    for (let links = 0; links < LINKS_MAX; links += 1) {
      file = join(realpathSync(dirname(file)), basename(file));
      if (lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return file;
      // It may lead to a file that is yet to be made.
      file = resolve(dirname(file), readlinkSync(file));
    }
  } catch (error) {
    throw storeFaultOf(error, path);
  }
  throw new StoreFault('store-unavailable', `${path} leads in a circle of symbolic links`, false);
}

/** @throws StoreFault `store-unavailable` when `file`, without symbolic links, is there and stands at another place besides */
export function assertOnePlace(file: string): void {
  const found = statSync(file, { throwIfNoEntry: false });
  if (!found) return;
  const why = found.isFile() ? otherPlaces(file, found.nlink) : 'it is no file';
  if (why !== undefined) throw new StoreFault('store-unavailable', `${file} cannot be used: ${why}`, false);
}

function otherPlaces(file: string, names: number): string | undefined {
  if (names > 1)
    return `it has ${names} names (hard links), and under another one a second process could write it; remove the others (find / -xdev -samefile ${file})`;
  if (isMountPoint(file))
    return 'it is mounted by itself, and what must stand beside it would not be kept with it; mount its folder';
  return undefined;
}

/** proc(5), `/proc/PID/mountinfo`: the fifth field is the mount point, with some characters in octal. */
function isMountPoint(file: string): boolean {
  let mounts: string;
  try {
    mounts = readFileSync('/proc/self/mountinfo', 'utf8');
  } catch (error) {
    if (isAbsence(error)) return false;
    throw error;
  }
  const plain = (text = ''): string =>
    text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)));
  return mounts.split('\n').some((mount) => plain(mount.split(' ')[4]) === file);
}

/** A file as it was opened, to be told from whatever stands in its place later. */
export class OpenedFile {
  private readonly opened: BigIntStats;

  /** @throws what stat(2) throws */
  constructor(private readonly path: string) {
    this.opened = statSync(path, { bigint: true });
  }

  /** Why nobody will find what is written to the opened file, if so. @throws what stat(2) throws */
  lost(): string | undefined {
    const found = statSync(this.path, { bigint: true, throwIfNoEntry: false });
    if (!found) return `${this.path} was moved or deleted while it was open`;
    const isSame = found.ino === this.opened.ino && found.dev === this.opened.dev;
    return isSame ? undefined : `${this.path} was replaced while it was open`;
  }
}
