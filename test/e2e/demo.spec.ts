// `npm run demo` as its page and its picture show it: it tells the whole story, stops everything and exits 0.
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(__dirname, '../..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** What differs from run to run. */
const timeless = (text: string): string[] =>
  text
    .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'UUID')
    .replace(/uid [0-9a-f-]+…/g, 'uid UUID')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replace(/127\.0\.0\.1:\d+/g, 'ADDRESS')
    .replace(/after \d+ ms/, 'after N ms')
    .replace(/took [\d.]+ s/, 'took N s')
    .replace(/resourceVersion \d+/g, 'resourceVersion N')
    .replace(/position \d+/g, 'position N')
    // Four Vips ask at once; which of them gets which of the next addresses is nobody's promise.
    .replace(/10\.16\.0\.1[1-3]\b/g, 'NEXT')
    .replace(/02:88:0a:10:00:0[bcd]/g, 'MAC')
    .split('\n')
    .map((line) => line.replace(/ +/g, ' ').trim())
    .filter((line) => line !== '');

it('prints what its page shows, and draws the picture of the README', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-demo-'));
  const picture = join(folder, 'demo.svg');
  const demo = [join(ROOT, 'infra/dist/demo/demo.js'), '--picture', picture];
  const { stdout } = await promisify(execFile)(process.execPath, demo);
  const shown = /```\n(control plane: [^]*?)```/.exec(read('infra/docs/DEMO.md'))?.[1] ?? '';
  expect(timeless(stdout)).toEqual(timeless(shown));
  expect(timeless(readFileSync(picture, 'utf8'))).toEqual(timeless(read('infra/docs/demo.svg')));
  rmSync(folder, { recursive: true });
}, 120_000);

it('is introduced by a README of at most 150 lines, which shows its picture', () => {
  const readme = read('README.md');
  expect(readme.split('\n').length).toBeLessThanOrEqual(151);
  expect(readme).toContain('](infra/docs/demo.svg)');
});
