import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { SeededChance } from '@holdfast/clock/testing';
import { StoreFault } from '../../port/event-store';
import { sampleEvents } from '../../testing/harness/sample-events';
import { CommitRows } from './commit-rows';
import { type OpenLog, openLog } from './open-log';
import { pathOf, Witness } from './witness';
import { pushAppend } from '../protocol';
import { Writer } from '../writer';

/** In memory where there is such a folder: these tests open hundreds of files, and none of them loses power. */
const SCRATCH = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

const PAGE_BYTES = 8192;
const FRAME_BYTES = PAGE_BYTES + 24;

type Files = Map<string, Buffer>;

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(SCRATCH, 'holdfast-open-log-'));
  file = join(folder, 'ledger.db');
});
afterEach(() => rmSync(folder, { recursive: true }));

function append(writer: Writer, commits: number): void {
  for (let done = 0; done < commits; done += 1) {
    const stream = `s${done % 3}`;
    const expected = versions.get(stream) ?? -1;
    const events = sampleEvents(stream, expected, 1 + (done % 4));
    const entries: (string | number)[] = [];
    pushAppend(entries, stream, expected, events);
    writer.write([{ appends: 1, entries }]);
    versions.set(stream, expected + events.length);
  }
}
const versions = new Map<string, number>();

/** What a crash leaves: `inMain` commits in the main file, `inWal` after them in the -wal. */
function crashed(inMain: number, inWal: number): Files {
  versions.clear();
  put(new Map());
  const first = openLog(file);
  append(new Writer(first, file), inMain);
  first.close();
  const second = openLog(file);
  append(new Writer(second, file), inWal);
  const files = new Map(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))]));
  second.close();
  return files;
}

function put(files: Files): void {
  for (const name of readdirSync(folder)) rmSync(join(folder, name));
  for (const [name, bytes] of files) writeFileSync(join(folder, name), bytes);
}

function bodiesOf(log: OpenLog): string {
  const rows = [...new CommitRows(log.db, file).in({ from: 1, to: log.position })].flat();
  return rows.map((row) => row[4]).join();
}

/** The fault of opening, or what can be read. */
function outcome(
  files: Files,
): StoreFault | { bodies: string; position: number; notices: readonly string[] } {
  put(files);
  try {
    const log = openLog(file);
    const found = { bodies: bodiesOf(log), position: log.position, notices: log.notices };
    log.close();
    return found;
  } catch (fault) {
    if (fault instanceof StoreFault) return fault;
    throw fault;
  }
}

function copyOf(files: Files): Files {
  return new Map([...files].map(([name, bytes]) => [name, Buffer.from(bytes)]));
}

describe('openLog', () => {
  it.each(['ledger.db', 'ledger.db-wal'])(
    'lets no flipped bit of %s change or lose an event in silence',
    (name) => {
      const files = crashed(60, 40);
      const whole = outcome(copyOf(files));
      const chance = new SeededChance(7);
      let refused = 0;
      for (let flip = 0; flip < 100; flip += 1) {
        const changed = copyOf(files);
        const bytes = changed.get(name)!;
        bytes[chance.below(bytes.length)]! ^= 1 << chance.below(8);
        const found = outcome(changed);
        if (found instanceof StoreFault) {
          expect(found.code).toBe('store-corrupt');
          refused += 1;
        } else expect(found).toEqual(whole);
      }
      expect(refused).toBeGreaterThan(10);
    },
  );

  it('lets no flipped bit in the headers of pages and frames change or lose an event in silence', () => {
    const files = crashed(60, 40);
    const whole = outcome(copyOf(files));
    const chance = new SeededChance(8);
    for (const [name, from, every, header] of [
      ['ledger.db', 0, PAGE_BYTES, 108],
      ['ledger.db-wal', 32, FRAME_BYTES, 24],
    ] as const) {
      for (let flip = 0; flip < 80; flip += 1) {
        const changed = copyOf(files);
        const bytes = changed.get(name)!;
        const at =
          from + chance.below(Math.floor((bytes.length - from) / every)) * every + chance.below(header);
        bytes[at]! ^= 1 << chance.below(8);
        const found = outcome(changed);
        expect(found instanceof StoreFault ? found.code : found).toEqual(
          found instanceof StoreFault ? 'store-corrupt' : whole,
        );
      }
    }
  });

  it.each(['ledger.db', 'ledger.db-wal'])('refuses %s cut off anywhere, or with a page of zeros', (name) => {
    const files = crashed(60, 40);
    const whole = outcome(copyOf(files)) as { bodies: string };
    const chance = new SeededChance(9);
    const used = name.endsWith('-wal') ? 32 + 80 * FRAME_BYTES : files.get(name)!.length;
    for (let round = 0; round < 40; round += 1) {
      const changed = copyOf(files);
      const bytes = changed.get(name)!;
      const at = chance.below(used);
      if (round % 2 === 0) changed.set(name, bytes.subarray(0, at));
      else bytes.fill(0, at, Math.min(at + PAGE_BYTES, bytes.length));
      const found = outcome(changed);
      // What is missing in the main file may stand in the -wal.
      if (found instanceof StoreFault) expect(found.code).toBe('store-corrupt');
      else expect(found.bodies).toBe(whole.bodies);
      if (round % 2 === 0 && name.endsWith('-wal')) expect(found).toBeInstanceOf(StoreFault);
    }
  });

  it('drops a torn commit that nobody was told of, and says so; the same is refused once somebody was', () => {
    const files = crashed(10, 10);
    const whole = outcome(copyOf(files)) as { position: number };
    const before = whole.position - 2;
    const [first, last] = lastCommit(files.get('ledger.db-wal')!);
    // Without its fsync, any of its frames may have reached the disk, in part or whole.
    const damages: ((bytes: Buffer) => Buffer)[] = [
      (bytes) => bytes.subarray(0, first + 100),
      (bytes) => bytes.subarray(0, last + 100),
      (bytes) => bytes.fill(0, first, last),
      (bytes) => bytes.fill(0, last, last + FRAME_BYTES),
      (bytes) => bytes.fill(1, first + 100, first + 600),
      (bytes) => bytes.fill(1, last + 100, last + 600),
    ];
    for (const damage of damages) {
      const torn = copyOf(files);
      torn.set('ledger.db-wal', damage(torn.get('ledger.db-wal')!));
      expect(outcome(torn)).toMatchObject({ code: 'store-corrupt', lastGood: String(before) });
      torn.set('ledger.db-ack', witnessOf(before));
      const notices = [expect.stringContaining('not acknowledged')];
      expect(outcome(torn)).toMatchObject({ position: before, notices });
    }
  });

  it('refuses damage in the middle of the -wal also where nothing shows what was acknowledged', () => {
    const files = crashed(10, 30);
    files.delete('ledger.db-ack');
    files.get('ledger.db-wal')![32 + 6 * FRAME_BYTES + 5_000]! ^= 1;
    const fault = outcome(files);
    expect(fault).toMatchObject({
      code: 'store-corrupt',
      lastGood: expect.stringMatching(/^\d+$/) as string,
    });
    expect(String(fault)).toContain('frame 7 of its -wal is wrong');
  });

  it('refuses an older copy put in its place, and takes it when told to', () => {
    const older = crashed(10, 0);
    const newer = crashed(10, 10);
    const restored = new Map([...older, ['ledger.db-ack', newer.get('ledger.db-ack')!]]);
    expect(outcome(copyOf(restored))).toMatchObject({
      code: 'store-corrupt',
      message: expect.stringContaining('delete') as string,
    });
    restored.delete('ledger.db-ack');
    expect(outcome(restored)).toMatchObject({ notices: [] });
  });

  it('says when the file of the acknowledged position is unreadable, and mends it', () => {
    const files = crashed(5, 0);
    files.set('ledger.db-ack', Buffer.from('0000000000000999 00000000\n'));
    expect(outcome(files)).toMatchObject({ notices: [expect.stringContaining('ledger.db-ack')] });
    const log = openLog(file);
    expect(log.notices).toEqual([]);
    log.close();
  });

  it('does not take an empty file, another database or another layout for a ledger', () => {
    const refused = { code: 'store-corrupt' };
    expect(outcome(new Map([['ledger.db', Buffer.alloc(0)]]))).toMatchObject(refused);
    expect(outcome(new Map([['ledger.db', Buffer.from('no database, but some text')]]))).toMatchObject(
      refused,
    );
    put(new Map());
    const other = new DatabaseSync(file);
    other.exec('CREATE TABLE commits (position INTEGER PRIMARY KEY)');
    other.close();
    expect(outcome(new Map([['ledger.db', readFileSync(file)]]))).toMatchObject(refused);
    const files = crashed(3, 0);
    put(files);
    const edited = new DatabaseSync(file);
    edited.exec('DROP TRIGGER commits_are_never_deleted');
    edited.close();
    expect(outcome(new Map([['ledger.db', readFileSync(file)]]))).toMatchObject(refused);
  });

  it('starts over what a crash left of making a new file', () => {
    writeFileSync(`${file}-new`, 'half of a database');
    const log = openLog(file);
    expect(log.position).toBe(0);
    log.close();
    expect(readdirSync(folder).sort()).toEqual(['ledger.db', 'ledger.db-ack', 'ledger.db-lock']);
  });

  it('does not mistake a damaged lock for a damaged ledger', () => {
    writeFileSync(`${file}-lock`, 'x'.repeat(512));
    expect(() => openLog(file)).toThrow(
      expect.objectContaining({
        code: 'store-unavailable',
        message: expect.stringContaining('delete it') as string,
      }),
    );
  });

  it('says which folder cannot be used', () => {
    expect(() => openLog(join(folder, 'none', 'ledger.db'))).toThrow(
      expect.objectContaining({
        code: 'store-unavailable',
        message: expect.stringContaining('none') as string,
      }),
    );
  });
});

/** Where the first and the last frame of the last commit begin. */
function lastCommit(wal: Buffer): [first: number, last: number] {
  const commits: number[] = [];
  for (let at = 32; at + FRAME_BYTES <= wal.length; at += FRAME_BYTES)
    if (wal.readUInt32BE(at + 4) !== 0) commits.push(at);
  return [commits[commits.length - 2]! + FRAME_BYTES, commits[commits.length - 1]!];
}

/** The file of the acknowledged position, for this one. */
function witnessOf(position: number): Buffer {
  const witness = Witness.open(file);
  witness.record(position);
  witness.close();
  return readFileSync(pathOf(file));
}
