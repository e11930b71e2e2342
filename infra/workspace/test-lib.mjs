// Tests one project: `npm run test:lib -- ipam --watch`. What stands below it is built first, which takes a second when
// nothing changed there. What follows the name goes to Jest: a part of a path, -t 'part of a name', --watch.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

const root = path.join(import.meta.dirname, '../..');
const nx = path.join(root, 'node_modules/nx/dist/bin/nx.js');
const jest = path.join(root, 'node_modules/jest/bin/jest.js');

const folders = ['libs', 'apps'].flatMap((place) =>
  fs.readdirSync(path.join(root, place)).map((name) => `${place}/${name}`),
);
const projects = new Map([...folders, 'infra', 'test'].map((folder) => [path.basename(folder), folder]));

const [name, ...jestArgs] = process.argv.slice(2);
const folder = projects.get(name);
if (!folder) {
  console.error(
    `usage: npm run test:lib -- PROJECT [JEST ARGUMENTS]\nprojects: ${[...projects.keys()].join(', ')}`,
  );
  process.exit(2);
}

const env = { ...process.env, NX_TUI: 'false' };

function isBuilt(names) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [nx, 'run-many', '-t', 'build', '-p', names.join(',')],
    {
      cwd: root,
      encoding: 'utf8',
      env,
    },
  );
  if (status !== 0) process.stderr.write(`${stdout}${stderr}`);
  return status === 0;
}

const { dependencies = {}, nx: target } = JSON.parse(
  fs.readFileSync(path.join(root, folder, 'package.json'), 'utf8'),
);
const below = Object.keys(dependencies)
  .filter((dependency) => dependency.startsWith('@holdfast/'))
  .map((dependency) => dependency.slice('@holdfast/'.length));
const started = (target.targets.test.dependsOn ?? []).flatMap(({ projects: names = [] }) => names);
if (below.length > 0 && !isBuilt([...below, ...started])) process.exit(1);

// Jest reads the sources; only what a test starts as a program or a thread of its own comes from this build.
if (!isBuilt([name])) console.error(`${name} does not compile; its tests run on the sources as they are`);

const args = [jest, '--config', path.join(root, folder, 'jest.config.cjs'), ...jestArgs];
process.exit(spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit', env }).status ?? 1);
