// `npm run simulate`: many seeds, or one of them line by line. It exits with 1 if anything is not as it must be.
import { parseArgs } from 'node:util';
import { PORT_FAULTS } from './nth-failure/one-fault';
import { play } from './nth-failure/play';
import { CATALOGUE } from './planted/catalogue';
import { HUNT_OPERATIONS, hunt } from './planted/hunt';
import { type RunResult, simulate } from './run/simulate';

/** Operations of one seed: enough for a story, few enough that a failing one can be read. */
const OPERATIONS_EACH = 2_000;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string' },
      first: { type: 'string', default: '1' },
      operations: { type: 'string' },
      each: { type: 'string', default: String(OPERATIONS_EACH) },
      trace: { type: 'boolean', default: false },
      bug: { type: 'string' },
      nth: { type: 'boolean', default: false },
      hunt: { type: 'boolean', default: false },
    },
  });
  const each = Number(values.each);
  if (values.hunt) {
    await hunt(values.bug, Number(values.operations ?? 60));
    return 0;
  }
  if (values.nth) return nth();
  const planted = CATALOGUE.find(({ name }) => name === values.bug)?.planted;
  if (values.bug !== undefined && !planted) throw new Error(`there is no planted bug ${values.bug}`);
  const results: RunResult[] = [];
  const startedMs = Date.now();
  const show = values.trace ? { show: (line: string) => console.log(line) } : {};
  if (values.seed !== undefined) {
    results.push(
      await simulate({
        seed: Number(values.seed),
        operations: Number(values.operations ?? (planted ? HUNT_OPERATIONS : each)),
        ...(planted && { planted }),
        ...show,
      }),
    );
  } else {
    let left = Number(values.operations ?? 100_000);
    for (let seed = Number(values.first); left > 0; seed += 1, left -= each) {
      const result = await simulate({ seed, operations: Math.min(each, left), ...show });
      if (result.violation) console.log(`seed ${seed}: ${result.violation.message}`);
      results.push(result);
    }
  }
  report(results, Date.now() - startedMs);
  return results.some(({ violation }) => violation) ? 1 : 0;
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
  for (const { seed, violation } of violations) {
    console.log(`  seed ${seed}: ${violation?.message}`);
    console.log(`    npm run simulate -- --seed=${seed} --trace`);
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
