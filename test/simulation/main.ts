// `npm run simulate`: many seeds, or one of them line by line, or a story. It exits with 1 if anything is not as it must be.
import { parseArgs } from 'node:util';
import { PORT_FAULTS } from './nth-failure/one-fault';
import { play } from './nth-failure/play';
import { CATALOGUE } from './planted/catalogue';
import { HUNT_OPERATIONS, hunt } from './run/hunt';
import { runLong } from './run/long-run';
import { inProcesses } from './run/processes';
import type { SeedTask } from './run/seed-worker';
import { type SeedToRun, commitHash, consecutive, ofCommit, lengthOf } from './run/seeds';
import { type RunResult, simulate } from './run/simulate';
import { readStory } from './run/story';
import { replay } from './run/replay';

/** Of a run of many seeds where nobody says how long. */
const OPERATIONS = 100_000;
/** Stands for the commit where there is none. */
const NO_COMMIT = '00000000';

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    first: { type: 'string' },
    operations: { type: 'string' },
    each: { type: 'string' },
    trace: { type: 'boolean', default: false },
    bug: { type: 'string' },
    story: { type: 'string' },
    minutes: { type: 'string' },
    workers: { type: 'string', default: '1' },
    from: { type: 'string' },
    nth: { type: 'boolean', default: false },
    hunt: { type: 'boolean', default: false },
  },
});
const show = values.trace ? { show: (line: string) => console.log(line) } : {};

async function main(): Promise<number> {
  if (values.hunt) {
    await hunt(values.bug, numberOf('operations') ?? 60);
    return 0;
  }
  if (values.nth) return nth();
  if (values.minutes !== undefined) return long();
  const startedMs = Date.now();
  const results = await someRuns();
  report(results, Date.now() - startedMs);
  return results.some(({ violation }) => violation) ? 1 : 0;
}

async function someRuns(): Promise<RunResult[]> {
  const planted = CATALOGUE.find(({ name }) => name === values.bug)?.planted;
  if (values.bug !== undefined && !planted) throw new Error(`there is no planted bug ${values.bug}`);
  const bug = planted ? { planted } : {};
  if (values.story !== undefined) return [await replay(readStory(values.story), { ...bug, ...show })];
  const seed = numberOf('seed');
  if (seed !== undefined) {
    const operations =
      numberOf('operations') ?? (planted ? HUNT_OPERATIONS : (numberOf('each') ?? lengthOf(seed)));
    return [await simulate({ seed, operations, ...bug, ...show })];
  }
  const results: RunResult[] = [];
  const done = (result: RunResult): void => {
    if (result.violation) console.log(`seed ${result.seed}: ${result.violation.message}`);
    results.push(result);
  };
  const workers = numberOf('workers') ?? 1;
  if (workers === 1) for (const one of seeds()) done(await simulate({ ...one, ...bug, ...show }));
  else await inWorkers(workers, done);
  return results.sort((a, b) => a.seed - b.seed);
}

async function inWorkers(workers: number, done: (result: RunResult) => void): Promise<void> {
  const left = seeds()[Symbol.iterator]();
  const take = (): SeedTask | undefined => {
    const { value, done: isOver } = left.next() as IteratorResult<SeedToRun, undefined>;
    return isOver ? undefined : { ...value, ...(values.bug !== undefined && { bug: values.bug }) };
  };
  await inProcesses<SeedTask, RunResult>({ workers, program: 'seed-worker.js', take, done });
}

function seeds(): Iterable<SeedToRun> {
  const operations = numberOf('operations') ?? OPERATIONS;
  const first = numberOf('first');
  if (first !== undefined) return consecutive(first, operations, numberOf('each'));
  const hash = commitHash() ?? NO_COMMIT;
  console.log(`seeds          1 and on, and those of commit ${hash.slice(0, 8)}`);
  return ofCommit(operations, hash);
}

async function long(): Promise<number> {
  const [from, each] = [numberOf('from'), numberOf('each')];
  const found = await runLong({
    minutes: numberOf('minutes') ?? 1,
    workers: numberOf('workers') ?? 1,
    ...(from !== undefined && { from }),
    ...(each !== undefined && { each }),
    ...(values.bug !== undefined && { bug: values.bug }),
  });
  return found.length > 0 ? 1 : 0;
}

function numberOf(name: 'seed' | 'first' | 'operations' | 'each' | 'minutes' | 'workers' | 'from') {
  const text = values[name];
  if (text === undefined) return undefined;
  if (!/^\d+(\.\d+)?$/.test(text)) throw new Error(`--${name} is to be a number, and is ${text}`);
  return Number(text);
}

/** The fixed story, with each fault at each place where it can strike. */
async function nth(): Promise<number> {
  const { end } = await play();
  let wrong = 0;
  for (const fault of PORT_FAULTS) {
    let at = 1;
    for (; ; at += 1) {
      const played = await play(fault, at);
      if (played.opportunities < at) break;
      if (played.violation === undefined && played.end === end) continue;
      wrong += 1;
      console.log(
        `${fault} at ${at}: ${played.violation ?? `it ends as\n${played.end}\nand not as\n${end}`}`,
      );
    }
    console.log(`${fault.padEnd(24)} ${at - 1} places`);
  }
  return wrong === 0 ? 0 : 1;
}

function report(results: readonly RunResult[], tookMs: number): void {
  const sum = (figure: (result: RunResult) => number): number =>
    results.reduce((all, one) => all + figure(one), 0);
  const operations = sum((one) => one.operations);
  console.log(`operations     ${operations}`);
  console.log(`seeds          ${results.length}`);
  console.log(`events         ${sum((one) => one.events)}`);
  console.log(`virtual time   ${(sum((one) => one.virtualMs) / 3_600_000).toFixed(1)} h`);
  console.log(
    `real time      ${(tookMs / 1000).toFixed(1)} s, ${Math.round((operations / tookMs) * 1000)} operations/s`,
  );
  console.log('faults');
  for (const line of counted(results.map(({ injected }) => injected))) console.log(line);
  const violations = results.filter(({ violation }) => violation);
  console.log(`violations     ${violations.length}`);
  for (const { seed, asked, violation } of violations) {
    console.log(`  seed ${seed}: ${violation?.message}`);
    if (values.story === undefined)
      console.log(`    npm run simulate -- --seed=${seed} --operations=${asked} --trace`);
  }
}

function counted(maps: readonly ReadonlyMap<string, number>[]): string[] {
  const all = new Map<string, number>();
  for (const map of maps) for (const [what, count] of map) all.set(what, (all.get(what) ?? 0) + count);
  return [...all].sort().map(([what, count]) => `  ${what.padEnd(40)} ${count}`);
}

main().then(
  (code) => process.exit(code),
  (fault: unknown) => {
    console.error(fault);
    process.exit(2);
  },
);
