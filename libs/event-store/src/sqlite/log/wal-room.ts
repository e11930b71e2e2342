// Keeps room at the end of the -wal. A commit that makes a file longer must also write the file system's journal; one
// into blocks that are there already need not, and takes about half the time (ext4). SQLite takes zeros after its last
// frame for the end of the log.
import { closeSync, constants, fstatSync, openSync, writeSync } from 'node:fs';

/** Room made at a time. */
const ROOM_BYTES = 1 << 20;

export class WalRoom {
  private readonly fd: number;
  private bytes: number;
  private isDiskFull = false;

  /** Of a -wal that SQLite has open. */
  constructor(path: string) {
    this.fd = openSync(path, constants.O_RDWR);
    this.bytes = fstatSync(this.fd).size;
  }

  /** Makes room if less than half a room is left after `used` bytes. Best effort: SQLite needs no help to go on. */
  ensure(used: number): void {
    if (used + ROOM_BYTES / 2 <= this.bytes || this.isDiskFull) return;
    try {
      this.isDiskFull = !this.make();
    } catch {
      this.isDiskFull = true;
    }
  }

  /** Whether the disk, which was full, has a room's space again; then it is made. */
  isMade(): boolean {
    this.isDiskFull = true;
    try {
      this.isDiskFull = !this.make();
    } catch {
      // As full as before, or worse: the next commit tells.
    }
    return !this.isDiskFull;
  }

  /** Whether all of it could be written. */
  private make(): boolean {
    // SQLite may have made it longer; what it wrote must stay.
    this.bytes = fstatSync(this.fd).size;
    const written = writeSync(this.fd, Buffer.alloc(ROOM_BYTES), 0, ROOM_BYTES, this.bytes);
    this.bytes += written;
    return written === ROOM_BYTES;
  }

  close(): void {
    closeSync(this.fd);
  }
}
