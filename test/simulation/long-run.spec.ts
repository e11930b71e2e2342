// A run of minutes, short: it goes on from where the last one ended, in several processes, and leaves what it finds as a short story.
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CATALOGUE } from './planted/catalogue';
import { replay } from './run/replay';
import { readStory } from './run/story';

const MAIN = join(__dirname, '../dist/simulation/main.js');
/** A second or two, and what is under way ends. */
const SOON = ['--minutes=0.02', '--workers=2', '--each=60'];
const ENDS_WITHIN_MS = 240_000;

const folder = mkdtempSync(join(tmpdir(), 'holdfast-long-run-'));
afterAll(() => rmSync(folder, { recursive: true }));

function run(...flags: string[]): Promise<{ readonly code: number; readonly said: string }> {
  return new Promise((resolve) => {
    const options = { cwd: folder, timeout: ENDS_WITHIN_MS };
    execFile(process.execPath, [MAIN, ...SOON, ...flags], options, (fault, stdout, stderr) => {
      const code = fault ? (typeof fault.code === 'number' ? fault.code : -1) : 0;
      resolve({ code, said: stdout + stderr });
    });
  });
}

const seedsIn = (said: string): readonly [number, number] => {
  const [, first, last] = /^seeds +(\d+) to (\d+);/m.exec(said) ?? [];
  return [Number(first), Number(last)];
};

describe('a run of minutes', () => {
  it(
    'begins beyond the seeds that every run meets, and goes on from where the last one ended',
    async () => {
      const first = await run();
      expect(first).toMatchObject({ code: 0, said: expect.stringContaining('violations     0') as string });
      const [from, to] = seedsIn(first.said);
      expect(from).toBe(10_000);
      const [next] = seedsIn((await run()).said);
      expect(next).toBe(to + 1);
      expect(seedsIn((await run('--from=20000')).said)[0]).toBe(20_000);
    },
    ENDS_WITHIN_MS,
  );

  it(
    'leaves what it finds as a story that is short, ends with 1, and says how to tell it',
    async () => {
      const { code, said } = await run('--from=1', '--bug=chain-not-kept');
      expect(code).toBe(1);
      expect(said).toContain('npm run simulate -- --story=.simulation/found/');
      const [file] = readdirSync(join(folder, '.simulation/found'));
      const story = readStory(join(folder, '.simulation/found', file!));
      expect(story.steps.length).toBeLessThan(10);
      const { planted } = CATALOGUE.find(({ name }) => name === 'chain-not-kept')!;
      expect((await replay(story, { planted })).violation?.checker).toBe('log-chain');
    },
    ENDS_WITHIN_MS,
  );
});
