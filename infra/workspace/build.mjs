// Builds one project: `node infra/workspace/build.mjs libs/ipam`. What was built from a source that is no more is removed
// first: Node would find `dist/rejection.js` of yesterday before `dist/rejection/index.js` of today.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

const [project] = process.argv.slice(2);
const out = path.join(project, 'dist');
const { compilerOptions } = JSON.parse(fs.readFileSync(path.join(project, 'tsconfig.json'), 'utf8'));
const sources = path.join(project, compilerOptions.rootDir);

/** What the compiler makes of `name.ts` and `name.tsx`. */
const OUTPUT = /\.(?:d\.ts|d\.ts\.map|js|js\.map)$/;

function isOrphan(file) {
  const name = path.join(sources, path.relative(out, file).replace(OUTPUT, ''));
  return !fs.existsSync(`${name}.ts`) && !fs.existsSync(`${name}.tsx`);
}

const built = fs.existsSync(out) ? fs.readdirSync(out, { recursive: true, withFileTypes: true }) : [];
for (const entry of built) {
  const file = path.join(entry.parentPath, entry.name);
  if (entry.isFile() && OUTPUT.test(entry.name) && isOrphan(file)) fs.rmSync(file);
}

const compiler = [path.join('node_modules/ts7/bin/tsc'), '-b', path.join(project, 'tsconfig.json')];
process.exit(spawnSync(process.execPath, compiler, { stdio: 'inherit' }).status ?? 1);
