// What an open store says of itself when something happens to its files, and who waits for them.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@holdfast/clock';
import { NO_STREAM } from '../port/event-store';
import { openSqliteEventStore, type SqliteEventStore } from '../sqlite-event-store';
import { readWholeStream } from '../testing/harness/read-whole';
import { sampleEvents } from '../testing/harness/sample-events';
import { killWriters, WriterProcess } from '../testing/harness/writer-process';
import { sqliteHarness } from '../testing/sqlite-harness';

let folder: string;
let file: string;
let store: SqliteEventStore | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-trouble-'));
  file = join(folder, 'ledger.db');
});
afterEach(async () => {
  await store?.close();
  store = undefined;
  await killWriters();
  rmSync(folder, { recursive: true });
});

const append = (to: SqliteEventStore, expected = NO_STREAM, count = 1) =>
  to.append('a', expected, sampleEvents('a', expected, count));

/** Resolves once `is` holds of the store's trouble, which it has to say by itself. */
function untilSaid(of: SqliteEventStore, is: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    if (is()) return resolve();
    const end = of.onTrouble(() => {
      if (!is()) return;
      end();
      resolve();
    });
  });
}

describe('a store whose file', () => {
  it.each([
    ['is deleted', /ledger\.db was moved or deleted/, () => rmSync(file)],
    ['is moved', /ledger\.db was moved or deleted/, () => renameSync(file, `${file}.aside`)],
    [
      'is replaced',
      /ledger\.db was replaced/,
      () => {
        writeFileSync(`${file}.other`, 'something');
        renameSync(`${file}.other`, file);
      },
    ],
    ['loses its -wal', /ledger\.db-wal was moved or deleted/, () => rmSync(`${file}-wal`)],
  ])('%s acknowledges nothing more, and says so for good', async (_, message, harm) => {
    const opened = (store = await openSqliteEventStore({ file }));
    await append(opened);
    expect(opened.trouble).toBeUndefined();
    harm();
    await expect(append(opened, 0)).rejects.toMatchObject({
      ...{ retryable: false, message: expect.stringMatching(message) as string },
    });
    await expect(append(opened, 0)).rejects.toMatchObject({ code: 'store-closed' });
    expect(opened.trouble).toMatchObject({
      ...{ retryable: false, message: expect.stringMatching(message) as string },
    });
  });

  it('is gone says so also when nobody appends', async () => {
    const opened = (store = await openSqliteEventStore({ file }));
    await append(opened);
    rmSync(file);
    await untilSaid(opened, () => opened.trouble !== undefined);
    expect(opened.trouble).toMatchObject({ code: 'store-closed', retryable: false });
  });

  it('is closed in order has no trouble', async () => {
    const opened = await openSqliteEventStore({ file });
    await append(opened);
    await opened.close();
    expect(opened.trouble).toBeUndefined();
  });
});

const small = sqliteHarness.faults.fullDisk;
const whyNot = 'skipped' in small ? ` [skipped: ${small.skipped}]` : '';

(whyNot ? it.skip : it)(
  `a store whose disk is full says so until there is room again, also when nobody appends${whyNot}`,
  async () => {
    if ('skipped' in small) return;
    const ground = await small.enter();
    try {
      const opened = (await ground.open()) as SqliteEventStore;
      await append(opened);
      ground.fill();
      let version = 0;
      await expect(
        (async () => {
          for (;;) version = await appendMore(opened, version);
        })(),
      ).rejects.toMatchObject({ code: 'store-full' });
      expect(opened.trouble).toMatchObject({ code: 'store-full', retryable: true });
      expect(await readWholeStream(opened, 'a')).toHaveLength(version + 1);
      ground.free();
      await untilSaid(opened, () => opened.trouble === undefined);
      await appendMore(opened, version);
      await opened.close();
    } finally {
      await ground.leave();
    }
  },
);

async function appendMore(to: SqliteEventStore, version: number): Promise<number> {
  await append(to, version, 100);
  return version + 100;
}

(whyNot ? it.skip : it)(
  `a store whose disk becomes read-only says so, whether or not somebody appends${whyNot}`,
  async () => {
    if ('skipped' in small) return;
    for (const isAppended of [true, false]) {
      const ground = (await small.enter()) as Awaited<ReturnType<typeof small.enter>> & { folder: string };
      try {
        const opened = (await ground.open()) as SqliteEventStore;
        await append(opened);
        // Whatever is open for writing would hold that up; a disk with an error does it all the same.
        const { status } = spawnSync('mount', ['--bind', ground.folder, ground.folder]);
        expect(status).toBe(0);
        spawnSync('mount', ['-o', 'remount,bind,ro', ground.folder]);
        if (isAppended) await append(opened, 0).catch(() => undefined);
        await untilSaid(opened, () => opened.trouble !== undefined);
        expect(opened.trouble).toMatchObject({
          ...{ retryable: false, message: expect.stringMatching(/read-only|readonly|EROFS/i) as string },
        });
        await opened.close();
      } finally {
        spawnSync('umount', [ground.folder]);
        await ground.leave();
      }
    }
  },
);

describe('a store that waits', () => {
  it('for a process that is killed is open within a second of its end, with all that was acknowledged', async () => {
    const first = new WriterProcess({ sqlite: file }, 'a', 0);
    await first.until(() => first.acknowledged.length > 0);
    const holders: number[] = [];
    let isOpen = false;
    const opening = openSqliteEventStore({ file, held: (holder) => void holders.push(holder) });
    void opening.then(() => (isOpen = true));
    await untilHeard(() => holders.length > 0);
    expect([holders, isOpen]).toEqual([[first.pid], false]);
    await first.kill();
    const fromMs = systemClock.monotonic();
    store = await opening;
    expect(systemClock.monotonic() - fromMs).toBeLessThan(1_000);
    const [one] = first.acknowledged;
    expect(await readWholeStream(store, one!.stream)).not.toHaveLength(0);
    expect(holders).toEqual([first.pid]);
  });

  it('for nobody is open at once', async () => {
    store = await openSqliteEventStore({ file, held: () => expect('held').toBe('free') });
    await append(store);
  });

  it('is refused all the same where waiting is of no use', async () => {
    writeFileSync(file, 'no ledger');
    await expect(openSqliteEventStore({ file, held: () => undefined })).rejects.toMatchObject({
      code: 'store-corrupt',
    });
  });
});

/** Only something of this process' own, so that its event loop is all there is to wait for. */
async function untilHeard(is: () => boolean): Promise<void> {
  while (!is()) await new Promise((resolve) => setImmediate(resolve));
}
