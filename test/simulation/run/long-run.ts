// `npm run simulate -- --minutes=N`: goes on from the seed where the last such run ended, in several processes, and leaves what it
// finds as short stories. Where it goes on from is in a file beside the working tree, which git does not know.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inProcesses } from './processes';
import { lengthOf } from './seeds';
import type { WorkerReport, WorkerTask } from './worker';

/** Relative to the root, where npm runs its scripts. */
const FOLDER = '.simulation';
const STATE = join(FOLDER, 'next.json');
/** Beyond the seeds that every run meets. */
const FIRST = 10_000;

export interface LongRun {
  readonly minutes: number;
  readonly workers: number;
  /** Instead of where the last one ended. */
  readonly from?: number;
  /** Operations of each seed, instead of what its number says. */
  readonly each?: number;
  /** A planted bug's name. */
  readonly bug?: string;
}

/** @returns what was found */
export async function runLong(options: LongRun): Promise<WorkerReport[]> {
  const { minutes, workers, from = nextSeed(), each, bug } = options;
  const untilMs = performance.now() + minutes * 60_000;
  const reports: WorkerReport[] = [];
  const inHand = new Set<number>();
  let next = from;
  console.log(`from seed ${from} (--from=${from})`);
  const take = (): WorkerTask | undefined => {
    if (performance.now() >= untilMs) return undefined;
    const seed = next++;
    inHand.add(seed);
    const operations = each ?? lengthOf(seed);
    return { seed, operations, folder: join(FOLDER, 'found'), ...(bug !== undefined && { bug }) };
  };
  const done = (report: WorkerReport): void => {
    inHand.delete(report.seed);
    reports.push(report);
    // What is under way is run again if this process ends now.
    save(Math.min(next, ...inHand));
    if (report.found !== undefined) console.log(wordsOf(report));
  };
  await inProcesses<WorkerTask, WorkerReport>({ workers, program: 'worker.js', take, done });
  const operations = reports.reduce((sum, one) => sum + one.operations, 0);
  const found = reports.filter((one) => one.found !== undefined);
  console.log(`operations     ${operations}`);
  console.log(`seeds          ${from} to ${next - 1}; the next such run goes on from there`);
  console.log(`violations     ${found.length}`);
  for (const report of found) console.log(wordsOf(report));
  return found;
}

function wordsOf({ seed, operations, found, file }: WorkerReport): string {
  return [
    `  seed ${seed}: ${found}`,
    `    npm run simulate -- --seed=${seed} --operations=${operations} --trace`,
    `    npm run simulate -- --story=${file} --trace`,
  ].join('\n');
}

function nextSeed(): number {
  try {
    return (JSON.parse(readFileSync(STATE, 'utf8')) as { readonly next: number }).next;
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code === 'ENOENT') return FIRST;
    throw new Error(`${STATE} cannot be read; remove it, or say --from=SEED`, { cause: fault });
  }
}

function save(next: number): void {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(STATE, `${JSON.stringify({ next })}\n`);
}
