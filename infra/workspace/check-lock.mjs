// Fails when npm dropped a platform's optional package from package-lock.json (npm/cli#8320): `npm ci` would
// then refuse on that platform.
import fs from 'node:fs';

const packages = JSON.parse(
  fs.readFileSync(new URL('../../package-lock.json', import.meta.url), 'utf8'),
).packages;

function isLocked(from, name) {
  for (let dir = from; ; ) {
    if (packages[`${dir ? `${dir}/` : ''}node_modules/${name}`]) return true;
    if (!dir) return false;
    const parent = dir.lastIndexOf('/node_modules/');
    dir = parent < 0 ? '' : dir.slice(0, parent);
  }
}

const missing = Object.entries(packages).flatMap(([from, entry]) =>
  Object.keys(entry.optionalDependencies ?? {})
    .filter((name) => !isLocked(from, name))
    .map((name) => `${from}@${entry.version}: missing ${name}`),
);
for (const line of missing) console.error(line);
process.exit(missing.length ? 1 : 0);
