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
      // SQLite may have made it longer; what it wrote must stay.
      this.bytes = fstatSync(this.fd).size;
      this.bytes += writeSync(this.fd, Buffer.alloc(ROOM_BYTES), 0, ROOM_BYTES, this.bytes);
    } catch {
      this.isDiskFull = true;
    }
  }

  close(): void {
    closeSync(this.fd);
  }
}
