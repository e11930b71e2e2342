// Looks at the write-ahead log before SQLite does. SQLite takes the first frame that does not add up for the end of
// the log and silently drops the rest, be it torn by a crash or damaged in the middle; we tell the two apart.
// Format: https://sqlite.org/fileformat2.html, "The Write-Ahead Log". Never writes.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { isAbsence } from './faults';

const HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
const MAGIC_LITTLE = 0x377f0682;
const MAGIC_BIG = 0x377f0683;

export interface WalFindings {
  /** Why SQLite would silently lose committed transactions. */
  readonly damage?: string;
  /** Frames of the one transaction that was under way at a crash, which SQLite drops, rightly. */
  readonly tornFrames: number;
}

const NOTHING: WalFindings = { tornFrames: 0 };

export function inspectWal(path: string): WalFindings {
  const fd = openIfThere(path);
  if (fd === undefined) return NOTHING;
  try {
    return new Walk(fd, fstatSync(fd).size).findings();
  } finally {
    closeSync(fd);
  }
}

class Walk {
  /** Running checksum, two 32-bit halves. */
  private sum0 = 0;
  private sum1 = 0;
  private isBigEndian = false;
  private salt0 = 0;
  private salt1 = 0;

  constructor(
    private readonly fd: number,
    private readonly bytes: number,
  ) {}

  findings(): WalFindings {
    if (this.bytes === 0) return NOTHING;
    const header = this.at(0, HEADER_BYTES);
    if (header === undefined || !this.takeHeader(header))
      return { damage: 'the header of its -wal is wrong', tornFrames: 0 };
    const frameBytes = FRAME_HEADER_BYTES + header.readUInt32BE(8);
    const frames = Math.floor((this.bytes - HEADER_BYTES) / frameBytes);
    let committed = 0;
    let index = 1;
    for (; index <= frames; index += 1) {
      const frame = this.at(HEADER_BYTES + (index - 1) * frameBytes, frameBytes);
      if (frame === undefined || !this.isOurs(frame) || !this.addsUp(frame)) break;
      if (isCommit(frame)) committed = index;
    }
    return this.remainder(index, frames, frameBytes, index - 1 - committed);
  }

  /**
   * What stands after the last frame that adds up, with the same salts. A crash leaves at most one transaction there,
   * which has at most one commit frame (its last one; without its fsync, frames reach the disk in any order).
   */
  private remainder(from: number, frames: number, frameBytes: number, uncommitted: number): WalFindings {
    let ours = uncommitted;
    let commits = 0;
    // The last frame may have been cut off.
    for (let index = from; index <= frames + 1; index += 1) {
      const header = this.at(HEADER_BYTES + (index - 1) * frameBytes, FRAME_HEADER_BYTES);
      if (header === undefined || !this.isOurs(header)) continue;
      ours += 1;
      if (isCommit(header)) commits += 1;
    }
    if (commits <= 1) return { tornFrames: ours };
    return {
      damage: `frame ${from} of its -wal is wrong, and ${commits} transactions stand after it`,
      tornFrames: ours,
    };
  }

  private takeHeader(header: Buffer): boolean {
    const magic = header.readUInt32BE(0);
    if (magic !== MAGIC_LITTLE && magic !== MAGIC_BIG) return false;
    this.isBigEndian = magic === MAGIC_BIG;
    this.salt0 = header.readUInt32BE(16);
    this.salt1 = header.readUInt32BE(20);
    this.add(header.subarray(0, 24));
    return header.readUInt32BE(24) === this.sum0 >>> 0 && header.readUInt32BE(28) === this.sum1 >>> 0;
  }

  private isOurs(frame: Buffer): boolean {
    return frame.readUInt32BE(8) === this.salt0 && frame.readUInt32BE(12) === this.salt1;
  }

  private addsUp(frame: Buffer): boolean {
    this.add(frame.subarray(0, 8));
    this.add(frame.subarray(FRAME_HEADER_BYTES));
    return frame.readUInt32BE(16) === this.sum0 >>> 0 && frame.readUInt32BE(20) === this.sum1 >>> 0;
  }

  /** "Checksum Algorithm" of the format, over pairs of 32-bit words. */
  private add(bytes: Buffer): void {
    let { sum0, sum1 } = this;
    for (let at = 0; at < bytes.length; at += 8) {
      sum0 = (sum0 + this.word(bytes, at) + sum1) | 0;
      sum1 = (sum1 + this.word(bytes, at + 4) + sum0) | 0;
    }
    this.sum0 = sum0;
    this.sum1 = sum1;
  }

  private word(bytes: Buffer, at: number): number {
    return this.isBigEndian ? bytes.readInt32BE(at) : bytes.readInt32LE(at);
  }

  private at(offset: number, length: number): Buffer | undefined {
    const bytes = Buffer.allocUnsafe(length);
    return readSync(this.fd, bytes, 0, length, offset) === length ? bytes : undefined;
  }
}

/** "For commit records, the size of the database file in pages after the commit. For all other records, zero." */
function isCommit(frame: Buffer): boolean {
  return frame.readUInt32BE(4) !== 0;
}

function openIfThere(path: string): number | undefined {
  try {
    return openSync(path, 'r');
  } catch (error) {
    if (isAbsence(error)) return undefined;
    throw error;
  }
}
