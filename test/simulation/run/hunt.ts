// Looks for the first seed in which each planted bug is caught by its checker, while the same seed without it is clean.
import { type RunResult, simulate } from './simulate';
import { CATALOGUE } from '../planted/catalogue';
import type { PlantedBug } from '../planted/planted-bug';

/** Operations of a run with a planted bug. */
export const HUNT_OPERATIONS = 400;

export async function hunt(only: string | undefined, seedsMax: number): Promise<void> {
  const clean = new Map<number, RunResult>();
  for (const one of CATALOGUE) {
    if (only !== undefined && one.name !== only) continue;
    console.log(`${one.name.padEnd(45)} ${await seedOf(one, seedsMax, clean)}`);
  }
}

async function seedOf(one: PlantedBug, seedsMax: number, clean: Map<number, RunResult>): Promise<string> {
  const others = new Map<string, number>();
  for (let seed = 1; seed <= seedsMax; seed += 1) {
    const { violation } = await simulate({ seed, operations: HUNT_OPERATIONS, planted: one.planted });
    if (!violation) continue;
    if (violation.checker !== one.firedBy) {
      others.set(violation.message.slice(0, 120), seed);
      continue;
    }
    const without = clean.get(seed) ?? (await simulate({ seed, operations: HUNT_OPERATIONS }));
    clean.set(seed, without);
    if (!without.violation) return `${seed} ${violation.message.slice(0, 160)}`;
  }
  return `NOT CAUGHT; others: ${[...others]
    .map(([what, seed]) => `${seed}: ${what}`)
    .slice(0, 4)
    .join(' | ')}`;
}
