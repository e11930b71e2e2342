// Which seeds a run of many takes, and how long each one's story is: short ones, which can be read, and one long one to ten
// of them, with as many operations as they have together, since much takes long to come about.
import { execFileSync } from 'node:child_process';

/** Operations of a short story: few enough that a failing one can be read. */
const SHORT = 2_000;
const LONG = 20_000;
const LONG_EVERY = 11;

export interface SeedToRun {
  readonly seed: number;
  readonly operations: number;
}

/** How many operations a seed is given where nobody says otherwise: always the same for the same seed. */
export const lengthOf = (seed: number): number => (seed % LONG_EVERY === 0 ? LONG : SHORT);

/** Seeds one after the other, so many operations in all. @param each of every seed, instead of short and long ones */
export function* consecutive(first: number, operations: number, each?: number): Generator<SeedToRun> {
  let left = operations;
  for (let seed = first; left > 0; seed += 1) {
    const its = Math.min(left, each ?? lengthOf(seed));
    yield { seed, operations: its };
    left -= its;
  }
}

/** Of all operations, how many go to the seeds that every run meets. */
const FIXED_SHARE = 0.1;

/** The same ones from 1 for everybody, and those of the commit: new ones at each commit, and the same for the same one. */
export function* ofCommit(operations: number, hash: string): Generator<SeedToRun> {
  const fixed = Math.ceil(operations * FIXED_SHARE);
  yield* consecutive(1, fixed);
  yield* consecutive(firstOf(hash), operations - fixed);
}

/** Far from the fixed ones, and small enough to be counted on from. */
export const firstOf = (hash: string): number => 1_000_000 + (parseInt(hash.slice(0, 8), 16) % 2 ** 30);

/** Of the commit that is checked out; undefined where there is none. */
export function commitHash(): string | undefined {
  try {
    return execFileSync('git', ['rev-parse', 'HEAD'], {
      encoding: 'utf8',
      stdio: 'pipe',
      cwd: __dirname,
    }).trim();
  } catch {
    return undefined;
  }
}
