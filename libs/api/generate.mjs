// Turns proto/ into src/generated/: TypeScript (protoc-gen-es) and the contract's comments, which descriptors
// don't carry. Needs no network. `node libs/api/generate.mjs [--to FOLDER]`; what it makes is committed.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const require = createRequire(import.meta.url);
const to = path.resolve(process.argv[2] === '--to' ? process.argv[3] : path.join(here, 'src/generated'));

function buf(...args) {
  const program = require.resolve('@bufbuild/buf/bin/buf');
  const env = { ...process.env, BUF_CACHE_DIR: path.join(os.tmpdir(), 'holdfast-buf-cache') };
  return execFileSync(process.execPath, [program, ...args], { cwd: here, env, maxBuffer: 64 * 2 ** 20 });
}

function generateTypeScript() {
  const plugin = require.resolve('@bufbuild/protoc-gen-es/bin/protoc-gen-es');
  const template = {
    version: 'v2',
    plugins: [{ local: [process.execPath, plugin], out: to, opt: ['target=ts', 'import_extension=none'] }],
  };
  buf('generate', '--template', JSON.stringify(template));
}

function generateComments() {
  const image = JSON.parse(buf('build', '--exclude-imports', '-o', '-#format=json').toString());
  const comments = image.file
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((file) => commentsOf(file))
    .map(([name, text]) => `  ${JSON.stringify(name)}: ${JSON.stringify(text)},\n`);
  fs.writeFileSync(
    path.join(to, 'comments.ts'),
    `// Made by generate.mjs from proto/: what the contract says about each of its names.\n` +
      `export const COMMENTS: Readonly<Record<string, string>> = {\n${comments.join('')}};\n`,
  );
}

/** Pairs of full name and comment. Paths are those of google.protobuf.SourceCodeInfo (descriptor.proto). */
function commentsOf(file) {
  const texts = new Map(
    (file.sourceCodeInfo?.location ?? [])
      .filter((location) => location.leadingComments)
      .map(({ path: at, leadingComments }) => [at.join('.'), leadingComments.replace(/^ /gm, '').trimEnd()]),
  );
  const named = (parent, name, at) => ({ name: `${parent}.${name}`, text: texts.get(at) });
  const members = (list, parent, at) =>
    (list ?? []).map((it, index) => named(parent, it.name, `${at}.${index}`));
  return [
    ...(file.messageType ?? []).flatMap((it, i) => [
      named(file.package, it.name, `4.${i}`),
      ...members(it.field, `${file.package}.${it.name}`, `4.${i}.2`),
      ...members(it.oneofDecl, `${file.package}.${it.name}`, `4.${i}.8`),
    ]),
    ...(file.enumType ?? []).flatMap((it, i) => [
      named(file.package, it.name, `5.${i}`),
      ...members(it.value, `${file.package}.${it.name}`, `5.${i}.2`),
    ]),
    ...(file.service ?? []).flatMap((it, i) => [
      named(file.package, it.name, `6.${i}`),
      ...members(it.method, `${file.package}.${it.name}`, `6.${i}.2`),
    ]),
  ].flatMap(({ name, text }) => (text === undefined ? [] : [[name, text]]));
}

fs.rmSync(to, { recursive: true, force: true });
fs.mkdirSync(to, { recursive: true });
generateTypeScript();
generateComments();
