// `npm run bench`: each figure beside the limit that was measured in the same run, on the same disk and socket.
// `npm run bench -- replaying` runs the parts whose names are given.
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { addressingPods } from './addressing-pods';
import { choosing } from './choosing';
import { churning } from './churning';
import { type Figure, verdict } from './figure';
import { overNats } from './over-nats';
import { projecting } from './projecting';
import { replaying } from './replaying';
import { reserving } from './reserving';
import { restarting } from './restarting';

const parts: Readonly<Record<string, (folder: string) => Figure[] | Promise<Figure[]>>> = {
  choosing,
  reserving,
  'over-nats': overNats,
  replaying,
  restarting,
  projecting,
  churning,
  'addressing-pods': addressingPods,
};

const WIDTHS = [62, 14, 14, 38, 9, 9, 3];
const line = (cells: readonly string[]): string =>
  cells
    .map((cell, at) => cell.padEnd(WIDTHS[at] ?? 0))
    .join(' ')
    .trimEnd();

/** @throws when a name is none of a part */
function readParts(names: readonly string[]): readonly string[] {
  const unknown = names.find((name) => !Object.hasOwn(parts, name));
  if (unknown === undefined) return names;
  throw new Error(`there is no part ${unknown}; the parts are ${Object.keys(parts).join(', ')}`);
}

async function main(): Promise<void> {
  const chosen = readParts(process.argv.slice(2));
  // On the disk where a ledger would be, not in memory.
  const folder = mkdtempSync(join(process.env['HOLDFAST_BENCH_DIR'] ?? '/var/tmp', 'holdfast-bench-'));
  let missed = 0;
  console.log(line(['WHAT', 'MEASURED', 'LIMIT', 'WHICH IS', 'REACHED', 'MUST', 'OK']));
  try {
    for (const [name, part] of Object.entries(parts)) {
      if (chosen.length > 0 && !chosen.includes(name)) continue;
      for (const figure of await part(folder)) {
        const { reached, must, ok } = verdict(figure);
        if (ok === 'NO') missed += 1;
        const text = (value: number): string => `${value.toFixed(value < 100 ? 2 : 0)} ${figure.unit}`;
        console.log(
          line([figure.what, text(figure.measured), text(figure.limit), figure.limitName, reached, must, ok]),
        );
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  console.log(missed === 0 ? 'every figure reaches what it must' : `${missed} figures fall short`);
}

main().catch((error: unknown) => {
  console.error((error as Error).message);
  process.exitCode = 2;
});
