// Each guarantee names a test that exists, and no page of ours points at what is not there.
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const ROOT = join(__dirname, '../..');
const LEFT_OUT = ['node_modules', 'dist', '.git', '.nx', 'golden'];

const linksIn = (text: string) =>
  [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target.replace(/#.*$/, ''))
    .filter((target) => target !== '' && !/^[a-z]+:/.test(target));

function pagesUnder(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.isDirectory()) return LEFT_OUT.includes(entry.name) ? [] : pagesUnder(join(folder, entry.name));
    return entry.name.endsWith('.md') ? [join(folder, entry.name)] : [];
  });
}

function hasTests(path: string): boolean {
  if (!existsSync(path)) return false;
  if (!statSync(path).isDirectory()) return /(\.spec|-suite)\.ts$/.test(path);
  return readdirSync(path, { recursive: true, encoding: 'utf8' }).some((file) => file.endsWith('.spec.ts'));
}

describe('guarantees', () => {
  const page = join(ROOT, 'infra/docs/GUARANTEES.md');
  const rows = readFileSync(page, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2)
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .map(([, guarantee = '', tests = '']) => ({ guarantee, tests: linksIn(tests) }));

  it('are told', () => {
    expect(rows.length).toBeGreaterThanOrEqual(16);
    expect(new Set(rows.map(({ guarantee }) => guarantee)).size).toBe(rows.length);
  });

  it.each(rows)('$guarantee', ({ tests }) => {
    expect(tests.some((test) => hasTests(join(dirname(page), test)))).toBe(true);
  });
});

describe('pages', () => {
  it.each(pagesUnder(ROOT).map((page) => [relative(ROOT, page), page]))(
    '%s points at what is there',
    (_name, page) => {
      const missing = linksIn(readFileSync(page, 'utf8')).filter(
        (target) => !existsSync(join(dirname(page), target)),
      );
      expect(missing).toEqual([]);
    },
  );
});
