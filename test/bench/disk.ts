// What the disk itself can do: the limits of everything durable, measured in the folder where the ledger is.
import { closeSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { median } from './figure';

/** Commits a second of bare SQLite, WAL and synchronous=FULL, one row and so one fsync a commit. */
export function commitsPerSecond(folder: string, commits = 3_000): number {
  const file = join(folder, 'floor.db');
  const database = new DatabaseSync(file);
  database.exec(
    'PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE row (id INTEGER PRIMARY KEY, body TEXT)',
  );
  const insert = database.prepare('INSERT INTO row (body) VALUES (?)');
  const body = 'x'.repeat(400);
  const startMs = performance.now();
  for (let commit = 0; commit < commits; commit += 1) insert.run(body);
  const seconds = (performance.now() - startMs) / 1000;
  database.close();
  for (const suffix of ['', '-wal', '-shm']) rmSync(file + suffix, { force: true });
  return commits / seconds;
}

/** Median milliseconds of one fsync after 4 KiB were appended. */
export function fsyncMs(folder: string, samples = 2_000): number {
  const file = join(folder, 'floor.log');
  const fd = openSync(file, 'w');
  const block = Buffer.alloc(4096, 1);
  const times = Array.from({ length: samples }, () => {
    writeSync(fd, block);
    const startMs = performance.now();
    fsyncSync(fd);
    return performance.now() - startMs;
  });
  closeSync(fd);
  rmSync(file);
  return median(times);
}
