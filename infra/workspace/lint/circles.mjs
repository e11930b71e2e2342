// Fails when files or folders stand in a circle, over types too: `node infra/workspace/lint/circles.mjs FOLDER ...`.
//
// The entries of a folder, its files and its subfolders, must have an order in which each imports only what stands
// below it. So a subfolder may use a file beside it, but not be used by that file; and two subfolders never use each
// other. Specs are left out: nobody imports them. dependency-cruiser reads the imports.
import { cruise } from 'dependency-cruiser';
import path from 'node:path';

const OPTIONS = {
  exclude: { path: ['(^|/)(dist|node_modules)/', '[.]spec[.]ts$'] },
  // Imports of types are gone after compilation, and bind two files all the same.
  tsPreCompilationDeps: true,
};

/** Imports among the entries of each folder: folder -> entry -> entry -> one import, as an example. */
function importsByFolder(modules) {
  const folders = new Map();
  for (const { source, dependencies } of modules)
    for (const { module, resolved, couldNotResolve, coreModule } of dependencies) {
      if (couldNotResolve && module.startsWith('.'))
        throw new Error(`${source} imports ${module}, which is not there`);
      if (couldNotResolve || coreModule) continue;
      const [from, to] = [source.split('/'), resolved.split('/')];
      const depth = from.findIndex((part, at) => part !== to[at]);
      if (depth < 0) continue;
      const folder = from.slice(0, depth).join('/');
      if (!folders.has(folder)) folders.set(folder, new Map());
      const entries = folders.get(folder);
      if (!entries.has(from[depth])) entries.set(from[depth], new Map());
      entries.get(from[depth]).set(to[depth], `${source} imports ${resolved}`);
    }
  return folders;
}

/** A shortest circle through `start`, as imports, or nothing. */
function circleFrom(start, entries) {
  const cameFrom = new Map();
  const next = [start];
  while (next.length > 0) {
    const entry = next.shift();
    for (const [other, example] of entries.get(entry) ?? []) {
      if (cameFrom.has(other)) continue;
      cameFrom.set(other, { entry, example });
      if (other !== start) {
        next.push(other);
        continue;
      }
      const circle = [];
      for (let at = start; circle.length === 0 || at !== start; at = cameFrom.get(at).entry)
        circle.unshift({ entry: cameFrom.get(at).entry, example: cameFrom.get(at).example });
      return circle;
    }
  }
  return undefined;
}

/** One shortest circle for each entry that is in none of those before. */
function circlesAmong(entries) {
  const reported = new Set();
  const circles = [];
  for (const start of [...entries.keys()].sort()) {
    if (reported.has(start)) continue;
    const circle = circleFrom(start, entries);
    if (!circle) continue;
    for (const { entry } of circle) reported.add(entry);
    circles.push(circle);
  }
  return circles;
}

export async function findCircles(folders, baseDir = process.cwd()) {
  const { output } = await cruise(folders, { ...OPTIONS, baseDir });
  if (output.modules.length === 0) throw new Error(`no source in ${folders.join(', ')}`);
  return [...importsByFolder(output.modules)].flatMap(([folder, entries]) =>
    circlesAmong(entries).map((circle) => {
      const names = [...circle.map(({ entry }) => entry), circle[0].entry];
      return [
        `circle in ${folder || '.'}: ${names.join(' -> ')}`,
        ...circle.map(({ example }) => `    ${example}`),
      ].join('\n');
    }),
  );
}

const isMain = process.argv[1] === import.meta.filename;
if (isMain) {
  const folders = process.argv.slice(2).map((folder) => path.relative(process.cwd(), folder) || '.');
  const circles = await findCircles(folders);
  for (const circle of circles) console.error(circle);
  process.exitCode = circles.length > 0 ? 1 : 0;
}
