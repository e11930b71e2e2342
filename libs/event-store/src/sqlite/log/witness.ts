// `<file>-ack`: the last position that somebody was told is durable. The log cannot show by itself that its end is
// missing (a lost or shortened -wal looks like a crash before the commit); this can. It is written after the fsync of
// the commit and before its answer, without an fsync of its own: after a power failure it may lag, never lead.
// What it cannot show: the loss of -wal and -ack together, or damage to the very last commits after a power failure
// that took the last writes of -ack too. Both look like a crash in the middle of those commits.
import { closeSync, constants, openSync, readFileSync, writeSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { isAbsence } from './faults';
import { PRIVATE_MODE } from './private-file';

const POSITION_DIGITS = 16;

export class Witness {
  private constructor(private readonly fd: number) {}

  static open(file: string): Witness {
    return new Witness(openSync(pathOf(file), constants.O_RDWR | constants.O_CREAT, PRIVATE_MODE));
  }

  record(position: number): void {
    const digits = String(position).padStart(POSITION_DIGITS, '0');
    try {
      writeSync(this.fd, `${digits} ${checksumOf(digits)}\n`, 0);
    } catch {
      // Then it lags until the next commit, and shows less, but nothing wrong.
    }
  }

  close(): void {
    closeSync(this.fd);
  }
}

/** The acknowledged position; 0 when the file is absent; undefined when it says nothing that can be believed. */
export function acknowledged(file: string): number | undefined {
  let text: string;
  try {
    text = readFileSync(pathOf(file), 'latin1');
  } catch (error) {
    if (isAbsence(error)) return 0;
    throw error;
  }
  if (text === '') return 0;
  const [, digits, checksum] = /^(\d{16}) ([0-9a-f]{8})\n$/.exec(text) ?? [];
  return digits !== undefined && checksumOf(digits) === checksum ? Number(digits) : undefined;
}

export function pathOf(file: string): string {
  return `${file}-ack`;
}

function checksumOf(digits: string): string {
  return crc32(digits).toString(16).padStart(8, '0');
}
