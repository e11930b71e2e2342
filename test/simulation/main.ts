// `npm run simulate`: many seeds, or one of them line by line. It exits with 1 if anything is not as it must be.
import { parseArgs } from 'node:util';
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
    },
  });
  const each = Number(values.each);
  const results: RunResult[] = [];
  const startedMs = Date.now();
  const show = values.trace ? { show: (line: string) => console.log(line) } : {};
  if (values.seed !== undefined) {
    results.push(
      await simulate({ seed: Number(values.seed), operations: Number(values.operations ?? each), ...show }),
    );
  } else {
    let left = Number(values.operations ?? 100_000);
    for (let seed = Number(values.first); left > 0; seed += 1, left -= each)
      results.push(await simulate({ seed, operations: Math.min(each, left), ...show }));
  }
  report(results, Date.now() - startedMs);
  return results.some(({ violation }) => violation) ? 1 : 0;
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
  console.log('known defects');
  for (const line of counted(results.map(({ known }) => known))) console.log(line);
  const violations = results.filter(({ violation }) => violation);
  console.log(`violations     ${violations.length}`);
  for (const { seed, violation } of violations) console.log(`  seed ${seed}: ${violation?.message}`);
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
