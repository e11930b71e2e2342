// What was ever stored is only ever added to. test/golden/events.sha256 seals each fixture by its digest (`sha256sum -c`
// reads it too), and the list itself may only grow: as far as the clone's history goes, no line ever left it.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '../../..');
const LIST = 'test/golden/events.sha256';

const sealed = readFileSync(join(ROOT, LIST), 'utf8').trimEnd().split('\n');
const present = readdirSync(join(ROOT, 'test/golden/events'))
  .sort()
  .map((file) => {
    const bytes = readFileSync(join(ROOT, 'test/golden/events', file));
    return `${createHash('sha256').update(bytes).digest('hex')}  events/${file}`;
  });

describe('golden events', () => {
  it('are as they were when they were added, and none is gone', () => {
    expect(sealed.filter((line) => !present.includes(line))).toEqual([]);
  });

  it(`are all sealed (else: add the line to ${LIST})`, () => {
    expect(present.filter((line) => !sealed.includes(line))).toEqual([]);
  });

  // A shallow clone has less history, a copy without Git none; then the digests alone speak.
  it('never lost a seal', () => {
    const log = existsSync(join(ROOT, '.git'))
      ? execFileSync('git', ['log', '-p', '--no-renames', '--format=', '--', LIST], {
          cwd: ROOT,
          encoding: 'utf8',
          env: {
            ...process.env,
            GIT_CONFIG_COUNT: '1',
            GIT_CONFIG_KEY_0: 'safe.directory',
            GIT_CONFIG_VALUE_0: '*',
          },
        })
      : '';
    expect(log.split('\n').filter((line) => /^-[0-9a-f]{64} /.test(line))).toEqual([]);
  });
});
