#!/usr/bin/env node
// The program as a process.
import { userInfo } from 'node:os';
import { systemChance, systemClock } from '@holdfast/clock';
import { EXIT } from './exit-code';
import type { Io } from './io';
import { run } from './run';

/** A container's user may have a number and no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return process.env['USER'] || `uid-${process.getuid?.() ?? 'unknown'}`;
  }
}

const io: Io = {
  env: process.env,
  clock: systemClock,
  chance: systemChance,
  userName,
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
};

// Whoever reads us may stop early: `holdfast reservation list | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(EXIT.done);
});

run(process.argv.slice(2), io).then(
  // Not process.exit: it would cut off what a pipe has yet to take.
  (code) => void (process.exitCode = code),
  (error: unknown) => {
    process.stderr.write(`holdfast: a defect: ${(error as Error)?.stack ?? String(error)}\n`);
    process.exitCode = EXIT.defect;
  },
);
