import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { NO_STREAM } from '../../port/event-store';
import { openSqliteEventStore, type SqliteEventStore } from '../../sqlite-event-store';
import { readWholeStream } from '../../testing/harness/read-whole';
import { sampleEvents } from '../../testing/harness/sample-events';

/** What somebody does to the file with sqlite3, in a process of their own. */
function withSqlite(file: string, sql: string): unknown[] {
  const script = `const db = new (require('node:sqlite').DatabaseSync)(process.argv[1]);
    try { console.log(JSON.stringify(db.prepare(process.argv[2]).all())) }
    catch (error) { console.log(JSON.stringify([error.message])) }`;
  const printed = execFileSync(process.execPath, ['-e', script, file, sql], { encoding: 'utf8' });
  return JSON.parse(printed) as unknown[];
}

/** A transaction is as many frames and one fsync; its last frame tells the size of the file. */
function transactionsIn(wal: string): number {
  const bytes = readFileSync(wal);
  const frameBytes = 24 + bytes.readUInt32BE(8);
  let transactions = 0;
  for (let at = 32; at + frameBytes <= bytes.length; at += frameBytes)
    if (bytes.readUInt32BE(at + 4) !== 0) transactions += 1;
  return transactions;
}

describe('the SQLite file', () => {
  let folder: string;
  let file: string;
  let store: SqliteEventStore;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-sqlite-file-'));
    file = join(folder, 'ledger.db');
    store = await openSqliteEventStore({ file });
    await store.append('subnet-a', NO_STREAM, sampleEvents('subnet-a', NO_STREAM, 3));
  });
  afterEach(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });

  it('holds the commits of many streams with few fsyncs', async () => {
    const callers = 256;
    const streams = Array.from({ length: callers }, (_, index) => `subnet-${index}`);
    const before = transactionsIn(`${file}-wal`);
    await Promise.all(
      streams.map((stream) => store.append(stream, NO_STREAM, sampleEvents(stream, NO_STREAM, 1))),
    );
    expect(transactionsIn(`${file}-wal`) - before).toBeLessThan(callers / 16);
  });

  it('can be read by others while the store is open, an event a row', async () => {
    await store.append('subnet-b', NO_STREAM, sampleEvents('subnet-b', NO_STREAM, 1));
    const [, , event] = sampleEvents('subnet-a', NO_STREAM, 3);
    expect(withSqlite(file, 'SELECT * FROM events WHERE position >= 3')).toEqual([
      { position: 3, stream: 'subnet-a', version: 2, ...event },
      expect.objectContaining({ position: 4, stream: 'subnet-b', version: 0 }),
    ]);
  });

  it('does not let others change what was written', async () => {
    expect(withSqlite(file, "UPDATE commits SET body = '[]'")).toEqual(['history is never changed']);
    expect(withSqlite(file, 'DELETE FROM commits')).toEqual(['history is never deleted']);
    expect(await readWholeStream(store, 'subnet-a')).toHaveLength(3);
  });

  it('stops the store when others have written into it, and is refused afterwards', async () => {
    withSqlite(file, "INSERT INTO commits VALUES (4, 'subnet-a', 3, 1, '[]', 0) RETURNING position");
    const append = () => store.append('subnet-b', NO_STREAM, sampleEvents('subnet-b', NO_STREAM, 1));
    const stopped = {
      code: 'store-closed',
      retryable: false,
      message: expect.stringContaining('UNIQUE') as string,
    };
    await expect(append()).rejects.toMatchObject(stopped);
    await expect(append()).rejects.toMatchObject(stopped);
    await expect(readWholeStream(store, 'subnet-a')).rejects.toMatchObject(stopped);
    await store.close();
    await expect(openSqliteEventStore({ file })).rejects.toMatchObject({
      code: 'store-corrupt',
      lastGood: '3',
    });
  });

  it('is backed up, while the store is open, with VACUUM INTO', async () => {
    const backup = join(folder, 'backup.db');
    withSqlite(file, `VACUUM INTO '${backup}'`);
    await store.append('subnet-a', 2, sampleEvents('subnet-a', 2, 1));
    const restored = await openSqliteEventStore({ file: backup });
    expect(await readWholeStream(restored, 'subnet-a')).toHaveLength(3);
    expect(restored.notices).toEqual([]);
    await restored.close();
  });

  it('is one file when the store is closed', async () => {
    await store.close();
    const alone = new DatabaseSync(file, { readOnly: true });
    expect(alone.prepare('SELECT count(*) AS events FROM events').get()).toEqual({ events: 3 });
    alone.close();
    rmSync(`${file}-ack`);
    const again = await openSqliteEventStore({ file });
    expect(await readWholeStream(again, 'subnet-a')).toHaveLength(3);
    await again.close();
  });

  it('answers whatever its writer cannot commit because others hold the file, and goes on', async () => {
    const script = `const db = new (require('node:sqlite').DatabaseSync)(process.argv[1]);
      db.exec('BEGIN IMMEDIATE'); process.stdin.on('data', () => process.exit(0)); console.log('held')`;
    const { spawn } = await import('node:child_process');
    const holder = spawn(process.execPath, ['-e', script, file], { stdio: ['pipe', 'pipe', 'inherit'] });
    await new Promise((resolve) => holder.stdout.once('data', resolve));
    const append = () => store.append('subnet-a', 2, sampleEvents('subnet-a', 2, 1));
    await expect(append()).rejects.toMatchObject({ code: 'store-unavailable', retryable: true });
    const ended = new Promise((resolve) => holder.once('exit', resolve));
    holder.stdin.write('let go\n');
    await ended;
    expect(await append()).toMatchObject({ outcome: 'appended' });
  });
});
