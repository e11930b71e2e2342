// A process that runs one seed after the other for somebody (long-run.ts), and makes a short story of what it finds.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { CATALOGUE } from '../planted/catalogue';
import { shrink } from './shrink';
import type { SeedToRun } from './seeds';
import { simulate } from './simulate';
import { writeStory } from './story';
import { recordRun } from './replay';

export interface WorkerTask extends SeedToRun {
  /** Where found stories go. */
  readonly folder: string;
  /** A planted bug's name. */
  readonly bug?: string;
}

export interface WorkerReport extends SeedToRun {
  readonly events: number;
  readonly found?: string;
  readonly file?: string;
}

/** A story of a thousand steps takes a few minutes to get short. */
const SHRINK_MAX_MS = 10 * 60_000;

async function run({ seed, operations, folder, bug }: WorkerTask): Promise<WorkerReport> {
  const planted = CATALOGUE.find(({ name }) => name === bug)?.planted;
  const options = planted ? { planted } : {};
  const { events, violation, operations: done } = await simulate({ seed, operations, ...options });
  if (!violation) return { seed, operations: done, events };
  const untilMs = performance.now() + SHRINK_MAX_MS;
  const { story } = await recordRun({ seed, operations, ...options });
  const file = join(folder, `${seed}.json`);
  mkdirSync(folder, { recursive: true });
  writeStory(file, await shrink(story, { ...options, isEnough: () => performance.now() > untilMs }));
  return { seed, operations, events, found: violation.message, file };
}

process.on('message', (task: WorkerTask) => {
  run(task).then(
    (report) => process.send?.(report),
    (fault: unknown) => {
      console.error(fault);
      process.exit(2);
    },
  );
});
process.on('disconnect', () => process.exit(0));
