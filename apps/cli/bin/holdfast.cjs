#!/usr/bin/env node
// What npm links as `holdfast`. It stands in the repository, because npm links only what exists when it installs,
// and that is before the build.
'use strict';
const { existsSync } = require('node:fs');
const { enableCompileCache } = require('node:module');
const { join } = require('node:path');

const main = join(__dirname, '../dist/main.js');
if (existsSync(main)) {
  enableCompileCache?.();
  require(main);
} else {
  process.stderr.write('holdfast: not built yet; run: npm run setup\n');
  process.exitCode = 3;
}
