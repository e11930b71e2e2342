// What a reader can take in: few files a folder, few lines a file. Generated files are for programs.
import { readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';

const ROOT = join(__dirname, '../../..');
const PLACES = ['apps', 'libs', 'infra', 'test'];
const LEFT_OUT = ['dist', 'node_modules', 'generated', 'golden'];
const SOURCE = /\.(ts|tsx|mjs|cjs)$/;

const FILES_MAX = 15;
const LINES_MAX = 400;

/** Rooms that say nothing of what is in them. */
const NAMELESS = ['util', 'utils', 'common', 'shared', 'core', 'helpers', 'misc', 'types'];

interface Folder {
  readonly path: string;
  readonly name: string;
  readonly sources: readonly string[];
}

function foldersUnder(folder: string, name: string): Folder[] {
  const entries = readdirSync(folder, { withFileTypes: true });
  const sources = entries
    .filter((entry) => entry.isFile() && SOURCE.test(entry.name))
    .map((entry) => entry.name);
  const below = entries.filter((entry) => entry.isDirectory() && !LEFT_OUT.includes(entry.name));
  return [
    { path: relative(ROOT, folder), name, sources },
    ...below.flatMap((entry) => foldersUnder(join(folder, entry.name), entry.name)),
  ];
}

const folders = PLACES.flatMap((place) => foldersUnder(join(ROOT, place), place));

describe('sources', () => {
  it('are there', () => {
    expect(folders.filter(({ sources }) => sources.length > 0).length).toBeGreaterThan(50);
  });

  it(`are at most ${FILES_MAX} a folder, specs aside`, () => {
    const counts = folders.map(({ path, sources }) => ({
      path,
      files: sources.filter((name) => !name.endsWith('.spec.ts')).length,
    }));
    expect(counts.filter(({ files }) => files > FILES_MAX)).toEqual([]);
  });

  it(`have at most ${LINES_MAX} lines`, () => {
    const lengths = folders.flatMap(({ path, sources }) =>
      sources.map((name) => ({
        file: join(path, name),
        lines: readFileSync(join(ROOT, path, name), 'utf8')
          .trimEnd()
          .split('\n').length,
      })),
    );
    expect(lengths.filter(({ lines }) => lines > LINES_MAX)).toEqual([]);
  });

  it('lie in rooms that say what is in them', () => {
    expect(folders.filter(({ name }) => NAMELESS.includes(name)).map(({ path }) => path)).toEqual([]);
  });
});
