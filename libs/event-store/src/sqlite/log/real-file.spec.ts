import { spawnSync } from 'node:child_process';
import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeUnless } from '../../testing/harness/cases';
import { sampleEvents } from '../../testing/harness/sample-events';
import { pushAppend } from '../protocol';
import { Writer } from '../writer';
import { Lock } from './lock';
import { openLog } from './open-log';
import { OpenedFile } from './real-file';

let folder: string;
let file: string;
const name = (path: string): string => join(folder, path);

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-real-file-')));
  mkdirSync(name('data'));
  file = name('data/ledger.db');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** One event more. @returns how many there are */
function write(path: string): number {
  const log = openLog(path);
  try {
    const entries: (string | number)[] = [];
    pushAppend(entries, 'a', log.position - 1, sampleEvents('a', log.position - 1, 1));
    new Writer(log, path).write([{ appends: 1, entries }]);
    expect(log.file).toBe(file);
    return log.position + 1;
  } finally {
    log.close();
  }
}

const refusal = (path: string, message: RegExp): void =>
  expect(() => openLog(path)).toThrow(
    expect.objectContaining({
      ...{ code: 'store-unavailable', retryable: false, message: expect.stringMatching(message) as string },
    }),
  );

describe('a ledger by another path', () => {
  it.each([
    ['a link', () => symlinkSync(file, name('link'))],
    ['a relative link', () => symlinkSync('data/ledger.db', name('link'))],
    [
      'a link to a link',
      () => {
        symlinkSync('../link-2', name('data/link-1'));
        symlinkSync('data/ledger.db', name('link-2'));
        symlinkSync('data/link-1', name('link'));
      },
    ],
  ])('is the same ledger: %s, made before it or after', (_, link) => {
    link();
    expect(write(name('link'))).toBe(1);
    expect(write(file)).toBe(2);
    expect(write(name('link'))).toBe(3);
    expect(readdirSync(name('data')).filter((found) => !found.startsWith('link'))).toEqual([
      'ledger.db',
      'ledger.db-ack',
      'ledger.db-lock',
    ]);
  });

  it('is the same ledger through a link to its folder', () => {
    symlinkSync('data', name('store'));
    expect([write(name('store/ledger.db')), write(file)]).toEqual([1, 2]);
  });

  it('has one writer, whichever path each takes', () => {
    symlinkSync(file, name('link'));
    const log = openLog(name('link'));
    expect(() => openLog(file)).toThrow(expect.objectContaining({ code: 'store-locked' }));
    expect(() => Lock.take(file)).toThrow(expect.objectContaining({ code: 'store-locked' }));
    log.close();
    const direct = openLog(file);
    expect(() => openLog(name('link'))).toThrow(expect.objectContaining({ code: 'store-locked' }));
    direct.close();
  });

  it('is refused in words when the links lead in a circle or into nothing', () => {
    symlinkSync('two', name('one'));
    symlinkSync('one', name('two'));
    refusal(name('one'), /one leads in a circle|ELOOP/);
    symlinkSync(name('none/ledger.db'), name('lost'));
    refusal(name('lost'), /none/);
  });

  it('is refused under a hard link, by either name, until there is one again', () => {
    write(file);
    linkSync(file, name('second.db'));
    refusal(file, /ledger\.db cannot be used: it has 2 names \(hard links\)/);
    refusal(name('second.db'), /second\.db cannot be used: it has 2 names/);
    rmSync(name('second.db'));
    expect(write(file)).toBe(2);
  });

  it('is refused when it is no file', () => {
    mkdirSync(file);
    refusal(file, /it is no file/);
  });
});

function whyNoMounts(): string | undefined {
  const { status, stderr } = spawnSync('mount', ['-t', 'tmpfs', 'tmpfs', '/mnt'], { encoding: 'utf8' });
  if (status !== 0) return `nothing can be mounted here (needs root): ${stderr.trim()}`;
  spawnSync('umount', ['/mnt']);
  return undefined;
}

describeUnless(whyNoMounts(), 'a ledger that is mounted', () => {
  const bind = (from: string, to: string) => expect(spawnSync('mount', ['--bind', from, to]).status).toBe(0);

  it('by itself is refused, since what stands beside it would be somewhere else', () => {
    write(file);
    mkdirSync(name('a pod'));
    writeFileSync(name('a pod/ledger.db'), '');
    bind(file, name('a pod/ledger.db'));
    try {
      refusal(name('a pod/ledger.db'), /it is mounted by itself.*mount its folder/);
    } finally {
      spawnSync('umount', [name('a pod/ledger.db')]);
    }
  });

  it('with its folder is the same ledger', () => {
    write(file);
    mkdirSync(name('pod'));
    bind(name('data'), name('pod'));
    try {
      const log = openLog(name('pod/ledger.db'));
      expect(() => openLog(file)).toThrow(expect.objectContaining({ code: 'store-locked' }));
      expect(log.position).toBe(1);
      log.close();
    } finally {
      spawnSync('umount', [name('pod')]);
    }
  });
});

it('makes files that nobody but their owner may read, whatever the process is told of others', () => {
  const mask = process.umask(0);
  try {
    const log = openLog(file);
    const modes = readdirSync(name('data')).map((found) => [
      found,
      (statSync(name(`data/${found}`)).mode & 0o777).toString(8),
    ]);
    log.close();
    expect(modes.sort()).toEqual(
      ['', '-ack', '-lock', '-shm', '-wal'].map((suffix) => [`ledger.db${suffix}`, '600']),
    );
  } finally {
    process.umask(mask);
  }
});

it('tells an opened file from what stands in its place', () => {
  writeFileSync(file, 'one');
  const opened = new OpenedFile(file);
  writeFileSync(file, 'one, and more');
  expect(opened.lost()).toBeUndefined();
  linkSync(file, name('kept'));
  rmSync(file);
  expect(opened.lost()).toMatch(/moved or deleted/);
  writeFileSync(file, 'one');
  expect(opened.lost()).toMatch(/replaced/);
});
