// `npm run demo` as the README shows it: it tells the whole story, stops everything and exits 0; and the README's
// links lead somewhere.
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(__dirname, '../..');
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');

/** What differs from run to run. */
const timeless = (text: string): string[] =>
  text
    .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'UUID')
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

it('prints what the README shows', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [join(ROOT, 'infra/dist/demo/demo.js')]);
  const shown = /```\n(control plane: [^]*?)```/.exec(README)?.[1] ?? '';
  expect(timeless(stdout)).toEqual(timeless(shown));
}, 120_000);

it('is linked to what is there', () => {
  const links = [...README.matchAll(/\]\(([^)#]+)\)/g)].map(([, path]) => path as string);
  expect(links.length).toBeGreaterThan(15);
  expect(links.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});

it('has at most 150 lines', () => {
  expect(README.split('\n').length).toBeLessThanOrEqual(151);
});
