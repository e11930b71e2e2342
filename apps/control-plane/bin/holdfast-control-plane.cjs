#!/usr/bin/env node
// What npm links as `holdfast-control-plane`. It stands in the repository, because npm links only what exists when it
// installs, and that is before the build.
'use strict';
const { existsSync } = require('node:fs');
const { enableCompileCache } = require('node:module');
const { join } = require('node:path');

const main = join(__dirname, '../dist/main.js');
if (existsSync(main)) {
  // A thousand modules are compiled at each start otherwise: a third of the time until it serves.
  enableCompileCache?.();
  require(main);
} else {
  process.stderr.write('holdfast-control-plane: not built yet; run: npm run setup\n');
  process.exitCode = 3;
}
