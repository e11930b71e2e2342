// The SQLite store in the conformance suite: each ground is a folder of its own.
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteEventStore } from '../sqlite-event-store';
import type { Fillable, Ground, InFile, Reachable, StoreHarness, WriterAddress } from './harness/harness';

const ONE_WRITER = 'one process at a time has the file';
const NO_WIRE = 'the writer is a thread of the process: there is no message to lose';
/** Of the small disk: room for a few megabytes of events. */
const DISK_BYTES = 6 << 20;

type Folder = Ground & Reachable & InFile;

async function enter(): Promise<Folder> {
  return folderAt(mkdtempSync(join(tmpdir(), 'holdfast-event-store-')));
}

function folderAt(folder: string): Folder {
  const file = join(folder, 'ledger.db');
  const address: WriterAddress = { sqlite: file };
  return {
    folder,
    file,
    address,
    prefix: `t${randomUUID()}`,
    open: () => openSqliteEventStore({ file }),
    leave: async () => rmSync(folder, { recursive: true }),
  };
}

/** A disk in memory (tmpfs), because a real one cannot be filled without harm to others. */
async function enterSmallDisk(): Promise<Ground & Fillable> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-small-disk-'));
  mountSmallDisk(folder);
  const ballast = join(folder, 'ballast');
  return {
    ...folderAt(folder),
    fill: () => {
      for (let block = 1 << 20; block >= 4096; block /= 2) fillBy(ballast, block);
    },
    free: () => rmSync(ballast),
    leave: async () => {
      unmount(folder);
      rmSync(folder, { recursive: true });
    },
  };
}

function mountSmallDisk(folder: string): void {
  const { status, stderr } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_BYTES}`, 'tmpfs', folder]);
  if (status !== 0) throw new Error(`mount: ${String(stderr)}`);
}

function unmount(folder: string): void {
  spawnSync('umount', [folder]);
}

function fillBy(ballast: string, block: number): void {
  try {
    for (;;) writeFileSync(ballast, Buffer.alloc(block), { flag: 'a' });
  } catch {
    // The disk has less than a block left.
  }
}

function whyNoSmallDisk(): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-small-disk-'));
  try {
    mountSmallDisk(folder);
    unmount(folder);
    return undefined;
  } catch (error) {
    return `a small disk cannot be mounted here (needs root): ${String(error)}`;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const smallDiskSkipped = whyNoSmallDisk();

export const sqliteHarness: StoreHarness = {
  enter,
  faults: {
    killedWriter: { enter },
    secondWriter: { enter },
    manyWriters: { skipped: ONE_WRITER },
    damage: { enter },
    fullDisk: smallDiskSkipped === undefined ? { enter: enterSmallDisk } : { skipped: smallDiskSkipped },
    failingDisk: { enter },
    lostMessages: { skipped: NO_WIRE },
    outage: { skipped: NO_WIRE },
  },
};
