// What only a file does with replies: bounds that hold over restarts, damage, ledgers from before there were any.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { NO_STREAM } from './port/event-store';
import { openSqliteEventStore } from './sqlite-event-store';
import { readWholeLog } from './testing/harness/read-whole';
import { sampleEvents } from './testing/harness/sample-events';
import { sampleReply } from './testing/harness/sample-replies';

const BOUNDS = { callerUnitsMax: 4_000, unitsMax: 1 << 20, chunkUnits: 1_000 };
const folder = mkdtempSync(join(tmpdir(), 'holdfast-replies-'));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
const newFile = (): string => join(folder, `ledger-${(files += 1)}.db`);

/** With sqlite3, while no store has the file open. */
function inFile<Result>(file: string, use: (db: DatabaseSync) => Result): Result {
  const db = new DatabaseSync(file);
  try {
    return use(db);
  } finally {
    db.close();
  }
}

const countIn = (file: string): unknown =>
  inFile(file, (db) => db.prepare('SELECT count(*) AS n FROM replies').get()?.['n']);

it('forgets the oldest of a caller that has too many, in the file too, and knows that after a restart', async () => {
  const file = newFile();
  const store = await openSqliteEventStore({ file, replyBounds: BOUNDS });
  for (let at = 0; at < 100; at += 1)
    await store.replies.remember([sampleReply('subnet-a', `c${at}`, 1000 + at)], -Infinity);
  const ofBen = { ...sampleReply('subnet-a', 'ben', 1000), caller: 'ben' };
  await store.replies.remember([ofBen], -Infinity);
  const untilMs = store.replies.forgottenUntilMs('ann');
  expect(untilMs).toBeGreaterThan(1000);
  expect(await store.replies.recall('subnet-a', 'c0')).toBeUndefined();
  await store.close();
  expect(countIn(file)).toBeLessThan(20);
  const again = await openSqliteEventStore({ file, replyBounds: BOUNDS });
  expect(again.replies.forgottenUntilMs('ann')).toBe(untilMs);
  expect(again.replies.forgottenUntilMs('ben')).toBe(-Infinity);
  expect(await again.replies.recall('subnet-a', 'c99')).toEqual(sampleReply('subnet-a', 'c99', 1099));
  expect(await again.replies.recall('subnet-a', 'ben')).toEqual(ofBen);
  await again.close();
});

it('deletes what is older than the window by and by, and knows what it forgot if the clock is set back', async () => {
  const file = newFile();
  const store = await openSqliteEventStore({ file, replyBounds: BOUNDS });
  for (let at = 0; at < 6; at += 1)
    await store.replies.remember([sampleReply('s', `old${at}`, at)], -Infinity);
  for (let at = 0; at < 6; at += 1)
    await store.replies.remember([sampleReply('s', `new${at}`, 9_000)], 5_000);
  const untilMs = store.replies.forgottenUntilMs('ann');
  expect([-5, 0, 1, 2, 3, 4, 5]).toContain(untilMs);
  await store.close();
  expect(countIn(file)).toBeLessThanOrEqual(7);
  const again = await openSqliteEventStore({ file, replyBounds: BOUNDS });
  expect(again.replies.forgottenUntilMs('ann')).toBe(untilMs);
  await again.close();
});

it('takes a ledger from before there were replies as it is', async () => {
  const file = newFile();
  const first = await openSqliteEventStore({ file });
  await first.append('subnet-a', NO_STREAM, sampleEvents('subnet-a', NO_STREAM, 3));
  await first.close();
  inFile(file, (db) => db.exec('DROP TABLE replies'));
  const store = await openSqliteEventStore({ file });
  expect(await readWholeLog(store, '')).toHaveLength(3);
  await store.replies.remember([sampleReply('subnet-a', 'c')], -Infinity);
  expect(await store.replies.recall('subnet-a', 'c')).toEqual(sampleReply('subnet-a', 'c'));
  await store.close();
});

it.each([
  ['a changed text', `UPDATE replies SET body = replace(body, 'refused', 'granted')`],
  ['another caller', `UPDATE replies SET caller = 'ben'`],
  ['another table', 'DROP TABLE replies; CREATE TABLE replies (number INTEGER PRIMARY KEY, caller, body)'],
])('refuses a file whose replies were damaged: %s', async (_, damage) => {
  const file = newFile();
  const store = await openSqliteEventStore({ file });
  await store.replies.remember([sampleReply('subnet-a', 'c')], -Infinity);
  await store.close();
  inFile(file, (db) => db.exec(damage));
  await expect(openSqliteEventStore({ file })).rejects.toMatchObject({ code: 'store-corrupt' });
  // And it let go of the file.
  await expect(openSqliteEventStore({ file })).rejects.toMatchObject({ code: 'store-corrupt' });
});

/** Of the -wal: "For commit records, the size of the database file in pages after the commit. For all other records, zero." */
function commitsIn(file: string): number {
  const wal = readFileSync(`${file}-wal`);
  const frameBytes = 24 + wal.readUInt32BE(8);
  let commits = 0;
  for (let at = 32; at + frameBytes <= wal.length; at += frameBytes)
    if (wal.readUInt32BE(at + 8) === wal.readUInt32BE(16) && wal.readUInt32BE(at + 4) !== 0) commits += 1;
  return commits;
}

it('commits replies with the appends that come at the same time, in one transaction', async () => {
  const file = newFile();
  const store = await openSqliteEventStore({ file });
  const append = (stream: string) => store.append(stream, NO_STREAM, sampleEvents(stream, NO_STREAM, 1));
  await append('a');
  const before = commitsIn(file);
  await Promise.all([append('b'), store.replies.remember([sampleReply('b', 'c')], -Infinity), append('c')]);
  expect(commitsIn(file)).toBe(before + 1);
  await store.close();
});
