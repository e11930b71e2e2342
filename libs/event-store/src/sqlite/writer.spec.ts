import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NO_STREAM } from '../port/event-store';
import { sampleEvents } from '../testing/harness/sample-events';
import { type OpenLog, openLog } from './log/open-log';
import { pushAppend, type WriteOrder } from './protocol';
import { Writer } from './writer';

const SCRATCH = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

describe('Writer', () => {
  let folder: string;
  let file: string;
  let log: OpenLog;
  let writer: Writer;

  beforeEach(() => {
    folder = mkdtempSync(join(SCRATCH, 'holdfast-writer-'));
    file = join(folder, 'ledger.db');
    log = openLog(file);
    writer = new Writer(log, file);
  });
  afterEach(() => {
    log.close();
    rmSync(folder, { recursive: true });
  });

  const append = (stream: string, expected: number, count: number, salt = ''): WriteOrder => {
    const entries: (string | number)[] = [];
    pushAppend(entries, stream, expected, sampleEvents(stream, expected, count, salt));
    return { appends: 1, entries };
  };

  const rows = (): number => Number(log.db.prepare('SELECT count(*) AS n FROM commits').get()?.['n']);

  it('commits a batch whole, at dense positions, but for those at the wrong version', () => {
    const batch = [
      append('a', NO_STREAM, 3),
      append('a', 0, 1, 'late'),
      append('b', NO_STREAM, 2),
      append('a', 2, 1),
    ];
    expect(writer.write(batch)).toEqual([1, { conflict: 2 }, 4, 6]);
    expect(rows()).toBe(3);
  });

  it('takes the same append twice in a batch for one, and finds it among several earlier ones', () => {
    const twice = [append('a', NO_STREAM, 2), append('b', NO_STREAM, 1), append('a', NO_STREAM, 2)];
    expect(writer.write(twice)).toEqual([1, 3, [1, 2]]);
    expect(writer.write([append('a', 1, 1)])).toEqual([4]);
    expect(writer.write([append('a', NO_STREAM, 3)])).toEqual([[1, 2, 4]]);
    expect(writer.write([append('a', 0, 2)])).toEqual([[2, 4]]);
    expect(rows()).toBe(3);
  });

  it('writes nothing of a batch that the disk has no room for, and goes on once it has', () => {
    expect(writer.write([append('a', NO_STREAM, 1)])).toEqual([1]);
    log.db.exec(
      `PRAGMA max_page_count = ${Number(log.db.prepare('PRAGMA page_count').get()?.['page_count']) + 2}`,
    );
    const batch = [append('b', NO_STREAM, 1), append('a', 0, 500), append('c', NO_STREAM, 1)];
    expect(() => writer.write(batch)).toThrow(
      expect.objectContaining({ code: 'store-full', retryable: true }),
    );
    expect(rows()).toBe(1);
    expect(writer.write([append('b', NO_STREAM, 1)])).toEqual([2]);
    log.db.exec('PRAGMA max_page_count = 4294967294');
    expect(writer.write([append('a', 0, 500)])).toEqual([3]);
    expect(writer.write([append('c', NO_STREAM, 1)])).toEqual([503]);
  });

  it('keeps the -wal short', () => {
    for (let version = NO_STREAM; version < 3_000; version += 1) {
      writer.write([append('a', version, 1)]);
      writer.tidy();
    }
    expect(statSync(`${file}-wal`).size).toBeLessThan(20 << 20);
    expect(statSync(file).size).toBeGreaterThan(300_000);
  });
});
