// What is committed under src/generated is what proto/ makes, and the contract keeps its own rules.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const root = path.join(__dirname, '..');

function filesIn(folder: string): Record<string, string> {
  const names = fs.readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const files = names.filter((name) => fs.statSync(path.join(folder, name)).isFile()).sort();
  return Object.fromEntries(files.map((name) => [name, fs.readFileSync(path.join(folder, name), 'utf8')]));
}

describe('generated code', () => {
  const fresh = fs.mkdtempSync(path.join(os.tmpdir(), 'holdfast-api-'));
  afterAll(() => fs.rmSync(fresh, { recursive: true, force: true }));

  it('is fresh (else: node libs/api/generate.mjs)', () => {
    execFileSync(process.execPath, [path.join(root, 'generate.mjs'), '--to', fresh]);
    const committed = filesIn(path.join(root, 'src/generated'));
    expect(Object.keys(filesIn(fresh))).toEqual(Object.keys(committed));
    expect(filesIn(fresh)).toEqual(committed);
  }, 60_000);
});

describe('documents', () => {
  it('are fresh (else: npx nx run api:build && node libs/api/document.mjs)', () => {
    execFileSync(process.execPath, [path.join(root, 'document.mjs'), '--check'], { stdio: 'pipe' });
  }, 60_000);
});

describe('the contract', () => {
  it('passes buf lint: names, comments, shapes', () => {
    const buf = require.resolve('@bufbuild/buf/bin/buf');
    const env = { ...process.env, BUF_CACHE_DIR: path.join(os.tmpdir(), 'holdfast-buf-cache') };
    const output = execFileSync(process.execPath, [buf, 'lint'], { cwd: root, env, encoding: 'utf8' });
    expect(output).toBe('');
  }, 60_000);
});
