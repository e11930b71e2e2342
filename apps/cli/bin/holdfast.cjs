#!/usr/bin/env node
// What npm links as `holdfast`. It stands in the repository, because npm links only what exists when it installs,
// and that is before the build. What reads a ledger's file runs on the Node that the project brings, where the machine's
// is too old for that (`node:sqlite`).
'use strict';
const { spawn } = require('node:child_process');
const { existsSync } = require('node:fs');
const { enableCompileCache, isBuiltin } = require('node:module');
const { dirname, join } = require('node:path');

const main = join(__dirname, '../dist/main.js');
const READS_FILES = ['backup', 'restore'];

/** Undefined on a system for which the registry has none. */
function projectNode() {
  try {
    const manifest = require.resolve(`node-${process.platform}-${process.arch}/package.json`);
    return join(dirname(manifest), 'bin/node');
  } catch {
    return undefined;
  }
}

function end(message) {
  process.stderr.write(`holdfast: ${message}\n`);
  process.exitCode = 3;
}

/** Ends as it ends. */
function startWith(node) {
  const child = spawn(node, [__filename, ...process.argv.slice(2)], { stdio: 'inherit' });
  child.once('error', (error) => end(error.message));
  child.once('exit', (code) => process.exit(code ?? 1));
}

const isFileRead = process.argv.slice(2).some((word) => READS_FILES.includes(word));
if (!existsSync(main)) {
  end('not built yet; run: npm run setup');
} else if (!isFileRead || isBuiltin('node:sqlite')) {
  enableCompileCache?.();
  require(main);
} else {
  const node = projectNode();
  if (node) startWith(node);
  else end(`backup and restore need Node 22.19 or later; this is ${process.version}`);
}
