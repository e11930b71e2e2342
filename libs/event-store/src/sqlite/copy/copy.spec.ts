import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { SeededChance } from '@holdfast/clock/testing';
import { hashOf, idFromHash, NO_PREDECESSOR, writeMetadata } from '../../envelope/event-envelope';
import type { NewEvent, RecordedEvent } from '../../port/event-store';
import { openSqliteEventStore, type SqliteEventStore } from '../../sqlite-event-store';
import { readWholeLog } from '../../testing/harness/read-whole';
import { checksumOf } from '../log/commit-row';
import { openLog } from '../log/open-log';
import { backUpSqlite } from './backup';
import { restoreSqlite, type RestoreOptions } from './restore';

const AT_MS = 1_767_225_600_000;

let folder: string;
let file: string;
let backup: string;
let store: SqliteEventStore | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-copy-'));
  file = join(folder, 'ledger.db');
  backup = join(folder, 'backup.db');
});
afterEach(async () => {
  await store?.close();
  store = undefined;
  rmSync(folder, { recursive: true });
});

/** By stream: its version and the hash of its last event. */
type Ends = Map<string, { version: number; hash: string }>;

/** Appends, chained as the command loop does. */
async function write(to: SqliteEventStore, ends: Ends, count: number, data = '{}'): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    const stream = `s${n % 3}`;
    const { version, hash } = ends.get(stream) ?? { version: -1, hash: NO_PREDECESSOR };
    const metadata = writeMetadata(
      { commandId: `c${n}`, issuedAtMs: AT_MS, atMs: AT_MS, actor: 'ann', through: 'test' },
      hash,
    );
    const stored = { type: 'Happened', data, metadata };
    const next = hashOf(stream, version + 1, stored);
    const event: NewEvent = { id: idFromHash(next), ...stored };
    await to.append(stream, version, [event]);
    ends.set(stream, { version: version + 1, hash: next });
  }
}

async function opened(): Promise<SqliteEventStore> {
  return (store = await openSqliteEventStore({ file }));
}

/** A ledger of `count` events, closed. */
async function ledgerOf(count: number, ends: Ends = new Map()): Promise<void> {
  const to = await opened();
  await write(to, ends, count);
  await to.close();
  store = undefined;
}

async function eventsIn(path: string): Promise<readonly RecordedEvent[]> {
  const from = await openSqliteEventStore({ file: path });
  return readWholeLog(from, '').finally(() => from.close());
}

const restore = (options: Partial<RestoreOptions> = {}) =>
  restoreSqlite({ backup, file, stamp: 'stamp', ...options });
const files = (): string[] => readdirSync(folder).sort();

describe('a backup', () => {
  it('of a ledger that is written meanwhile is whole, private, and holds what was acknowledged before', async () => {
    const to = await opened();
    const ends: Ends = new Map();
    await write(to, ends, 50);
    let isOver = false;
    const writing = (async () => {
      while (!isOver) await write(to, ends, 10);
    })();
    const outcome = await backUpSqlite({ file, backup });
    isOver = true;
    await writing;
    const { done } = outcome as Extract<typeof outcome, { done: unknown }>;
    expect(done).toMatchObject({ file, backup, streams: 3, lastAtMs: AT_MS });
    expect(done.position).toBeGreaterThanOrEqual(50);
    expect(
      execFileSync('sha256sum', ['--check', 'backup.db.sha256'], { cwd: folder, encoding: 'utf8' }),
    ).toBe('backup.db: OK\n');
    const whole = await readWholeLog(to, '');
    expect(await eventsIn(backup)).toEqual(whole.slice(0, done.position));
    for (const name of ['backup.db', 'backup.db.sha256'])
      expect([name, statSync(join(folder, name)).mode & 0o777]).toEqual([name, 0o600]);
    expect(files().filter((name) => name.includes('-new'))).toEqual([]);
  });

  it('of what a crash left has what stands in its -wal', async () => {
    const to = await opened();
    await write(to, new Map(), 20);
    const crashed = join(folder, 'crashed.db');
    for (const suffix of ['', '-wal', '-ack']) writeFileSync(crashed + suffix, readFileSync(file + suffix));
    expect(await backUpSqlite({ file: crashed, backup })).toMatchObject({ done: { position: 20 } });
    expect(await eventsIn(backup)).toHaveLength(20);
  });

  it('of a ledger that is empty, or named by a link, is one', async () => {
    await ledgerOf(0);
    symlinkSync(file, join(folder, 'link.db'));
    expect(await backUpSqlite({ file: join(folder, 'link.db'), backup })).toMatchObject({
      done: { file, position: 0, streams: 0 },
    });
  });

  it('is refused where there is no ledger, where there is something, and in the place of the ledger', async () => {
    expect(await backUpSqlite({ file, backup })).toMatchObject({ refused: { code: 'LedgerNotFound' } });
    await ledgerOf(3);
    expect(await backUpSqlite({ file, backup: `${file}-wal`, isForced: true })).toMatchObject({
      refused: { code: 'SameFile' },
    });
    writeFileSync(backup, 'something');
    expect(await backUpSqlite({ file, backup })).toMatchObject({ refused: { code: 'FileExists' } });
    expect(readFileSync(backup, 'utf8')).toBe('something');
    expect(await backUpSqlite({ file, backup, isForced: true })).toMatchObject({ done: { position: 3 } });
    expect(await eventsIn(backup)).toHaveLength(3);
  });

  it('is not made of a ledger that is damaged, or whose end is lost', async () => {
    await ledgerOf(40);
    const good = readFileSync(file);
    const bad = Buffer.from(good);
    const at = bad.lastIndexOf('"actor":"ann"');
    bad[at + 10]! ^= 1;
    writeFileSync(file, bad);
    await expect(backUpSqlite({ file, backup })).rejects.toMatchObject({ code: 'store-corrupt' });
    writeFileSync(file, good);
    const log = openLog(file);
    log.witness.record(41);
    log.close();
    await expect(backUpSqlite({ file, backup })).rejects.toMatchObject({
      ...{
        code: 'store-corrupt',
        message: expect.stringContaining('position 41 was acknowledged') as string,
      },
    });
    expect(files()).not.toContain('backup.db');
    expect(files()).not.toContain('backup.db-new');
  });

  it('is not made of a log whose events were changed together with their checksums', async () => {
    await ledgerOf(10);
    const db = new DatabaseSync(file);
    db.function('sum', { varargs: true }, (...row) =>
      checksumOf(...(row as [number, string, number, number, string])),
    );
    const triggers = db.prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").all();
    for (const { name } of triggers) db.exec(`DROP TRIGGER ${String(name)}`);
    db.exec("UPDATE commits SET body = replace(body, 'ann', 'bob') WHERE position = 4");
    db.exec('UPDATE commits SET checksum = sum(position, stream, version, count, body) WHERE position = 4');
    for (const { sql } of triggers) db.exec(String(sql));
    db.close();
    // Each row by itself is as it should be.
    openLog(file).close();
    await expect(backUpSqlite({ file, backup })).rejects.toMatchObject({
      ...{ code: 'store-corrupt', lastGood: '3' },
      message: expect.stringContaining('the chain of s0 is broken at position 4') as string,
    });
  });
});

describe('a restore', () => {
  beforeEach(async () => {
    const ends: Ends = new Map();
    await ledgerOf(12, ends);
    await backUpSqlite({ file, backup });
    await ledgerOf(5, ends);
  });

  it('to an empty place is the ledger as it was, for its owner only', async () => {
    const place = join(folder, 'new.db');
    expect(await restore({ file: place })).toEqual({
      done: { file: place, backup, hadSum: true, position: 12, streams: 3, lastAtMs: AT_MS },
    });
    expect(statSync(place).mode & 0o777).toBe(0o600);
    expect(await eventsIn(place)).toEqual((await eventsIn(file)).slice(0, 12));
  });

  it('replaces a ledger only when told to, and keeps that one, which still works', async () => {
    const before = files();
    expect(await restore()).toMatchObject({ refused: { code: 'FileExists' } });
    expect(files()).toEqual(before);
    expect(await restore({ isForced: true })).toMatchObject({
      done: { position: 12, acknowledgedBefore: 17, keptAs: `${file}.until-stamp` },
    });
    expect(await eventsIn(file)).toHaveLength(12);
    expect(await eventsIn(`${file}.until-stamp`)).toHaveLength(17);
  });

  it('of a ledger that crashed keeps what is in its -wal with it', async () => {
    const to = await opened();
    const crashed = join(folder, 'crashed.db');
    await to.append('other', -1, [(await readWholeLog(to, 's0'))[0]!]);
    for (const suffix of ['', '-wal', '-ack']) writeFileSync(crashed + suffix, readFileSync(file + suffix));
    expect(await restore({ file: crashed, isForced: true })).toMatchObject({ done: { position: 12 } });
    expect(await eventsIn(crashed)).toHaveLength(12);
    expect(await eventsIn(`${crashed}.until-stamp`)).toHaveLength(18);
  });

  it('puts a lost file back, also where only traces of it are left', async () => {
    rmSync(file);
    expect(await restore()).toMatchObject({ refused: { code: 'FileExists' } });
    expect(await restore({ isForced: true })).toMatchObject({
      done: { position: 12, acknowledgedBefore: 17 },
    });
    expect(await eventsIn(file)).toHaveLength(12);
  });

  it('leaves a ledger in use alone, by whatever name, also when told to replace it', async () => {
    symlinkSync(file, join(folder, 'link.db'));
    const to = await opened();
    for (const path of [file, join(folder, 'link.db')])
      expect(await restore({ file: path, isForced: true })).toMatchObject({
        refused: {
          code: 'LedgerInUse',
          message: expect.stringContaining(`process ${process.pid}`) as string,
        },
      });
    expect(await readWholeLog(to, '')).toHaveLength(17);
  });

  it('says what a backup holds, and changes nothing, when it is dry', async () => {
    const before = files();
    expect(await restore({ isDryRun: true })).toMatchObject({
      done: { position: 12, acknowledgedBefore: 17 },
    });
    expect(files()).toEqual(before);
    const to = await opened();
    expect(await restore({ isDryRun: true })).toMatchObject({ done: { position: 12 } });
    await to.close();
    store = undefined;
    expect(files()).toEqual(before);
    expect(await eventsIn(file)).toHaveLength(17);
  });

  it('refuses a backup that was changed or cut off anywhere, and changes nothing', async () => {
    const good = readFileSync(backup);
    const chance = new SeededChance(5);
    const before = files();
    for (let round = 0; round < 24; round += 1) {
      const bad = Buffer.from(good);
      bad[chance.below(bad.length)]! ^= 1 << chance.below(8);
      writeFileSync(backup, round % 2 ? bad : good.subarray(0, chance.below(good.length)));
      expect(await restore({ isForced: true })).toMatchObject({ refused: { code: 'BackupDamaged' } });
    }
    expect(files()).toEqual(before);
    expect(await eventsIn(file)).toHaveLength(17);
  });

  it('without the sum beside the backup still refuses what is damaged, and takes what is not', async () => {
    rmSync(`${backup}.sha256`);
    const good = readFileSync(backup);
    writeFileSync(backup, good.subarray(0, good.length - 8192));
    expect(await restore({ isForced: true })).toMatchObject({ refused: { code: 'BackupDamaged' } });
    writeFileSync(backup, good);
    expect(await restore({ isForced: true })).toMatchObject({ done: { hadSum: false } });
  });

  it('refuses what is no backup', async () => {
    expect(await restore({ backup: join(folder, 'none') })).toMatchObject({
      refused: { code: 'BackupNotFound' },
    });
    expect(await restore({ backup: file })).toMatchObject({ refused: { code: 'SameFile' } });
    writeFileSync(join(folder, 'text'), 'no database');
    expect(await restore({ backup: join(folder, 'text'), isForced: true })).toMatchObject({
      refused: { code: 'BackupDamaged' },
    });
    writeFileSync(`${backup}-wal`, '');
    expect(await restore({ isForced: true })).toMatchObject({
      refused: { code: 'BackupDamaged', message: expect.stringContaining('beside it is a -wal') as string },
    });
  });

  it('that is cut off anywhere leaves the old ledger, the new one, or a refusal to start', async () => {
    const script = `
      const fs = require('node:fs');
      let left = Number(process.argv[1]);
      for (const name of ['renameSync', 'linkSync', 'rmSync']) {
        const real = fs[name];
        fs[name] = (...args) => { if (left-- === 0) process.kill(process.pid, 'SIGKILL'); return real(...args); };
      }
      const { restoreSqlite } = require('@holdfast/event-store/sqlite-backup');
      restoreSqlite(JSON.parse(process.argv[2])).then(() => console.log('done'));`;
    const image = new Map(files().map((name) => [name, readFileSync(join(folder, name))]));
    const seen = new Set<string>();
    for (let calls = 0; ; calls += 1) {
      for (const name of files()) rmSync(join(folder, name));
      for (const [name, bytes] of image) writeFileSync(join(folder, name), bytes);
      const options = JSON.stringify({ backup, file, stamp: 'stamp', isForced: true });
      let printed = '';
      try {
        printed = execFileSync(process.execPath, ['-e', script, String(calls), options], {
          ...{ encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], cwd: __dirname },
        });
      } catch {
        // Killed.
      }
      const found = await eventsIn(file).then(
        (events) => `${events.length} events`,
        (fault: { code: string }) => fault.code,
      );
      seen.add(found);
      // Asked for again, it ends as it should.
      if (printed === '') expect(await restore({ isForced: true, stamp: 'again' })).toHaveProperty('done');
      expect(await eventsIn(file)).toHaveLength(12);
      if (printed !== '') break;
    }
    expect([...seen].sort()).toEqual(['12 events', '17 events', 'store-corrupt', 'store-unavailable']);
  }, 120_000);
});
