// Writes what is told of the contract besides the .proto files, from the built library: openapi.json, and the tables
// in CONTRACT.md. `npx nx run api:build && node libs/api/document.mjs`; with `--check` it only says what is stale.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import prettier from 'prettier';

const here = path.dirname(fileURLToPath(import.meta.url));
const { operationList } = createRequire(import.meta.url)('./dist/index.js');
const { openapi } = createRequire(import.meta.url)('./dist/openapi/index.js');

const row = (...cells) => `| ${cells.join(' | ')} |`;

function operationTable() {
  const rows = operationList.map(({ name, method, kind, route, subject }) =>
    row(`\`${method.parent.name}/${name}\``, kind, `\`${route.method} ${route.template}\``, `\`${subject}\``),
  );
  return [row('gRPC: `holdfast.v1.`', 'kind', 'HTTP', 'NATS'), row('---', '---', '---', '---'), ...rows].join(
    '\n',
  );
}

/** As it stands in rejection.proto, which a spec compares with the code. */
function statusTable() {
  const proto = fs.readFileSync(path.join(here, 'proto/holdfast/v1/rejection.proto'), 'utf8');
  return [...proto.matchAll(/(?:^\/\/ \|.*\n)+/gm)]
    .map(([table]) => table.replace(/^\/\/ /gm, ''))
    .join('\n');
}

function withTable(contract, name, table) {
  const [begin, end] = [`<!-- ${name}: written by document.mjs -->`, `<!-- ${name}: end -->`];
  const [before, rest] = contract.split(begin);
  const [, after] = (rest ?? '').split(end);
  if (after === undefined) throw new Error(`CONTRACT.md has no place for ${name}`);
  return `${before}${begin}\n\n${table}\n\n${end}${after}`;
}

async function formatted(file, text) {
  const options = await prettier.resolveConfig(file);
  return prettier.format(text, { ...options, filepath: file });
}

const contract = path.join(here, 'CONTRACT.md');
const written = {
  [contract]: withTable(
    withTable(fs.readFileSync(contract, 'utf8'), 'operations', operationTable()),
    'statuses',
    statusTable(),
  ),
  [path.join(here, 'openapi.json')]: JSON.stringify(openapi()),
};

for (const [file, text] of Object.entries(written)) {
  const fresh = await formatted(file, text);
  const isFresh = fs.existsSync(file) && fs.readFileSync(file, 'utf8') === fresh;
  if (isFresh) continue;
  if (process.argv[2] === '--check') {
    console.error(
      `${path.relative(here, file)} is stale: npx nx run api:build && node libs/api/document.mjs`,
    );
    process.exitCode = 1;
  } else {
    fs.writeFileSync(file, fresh);
  }
}
