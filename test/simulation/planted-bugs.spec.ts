// A checker that never fires is no checker: each planted bug is caught, in the seed that the table names, by exactly
// the checker that it names; and the same seed without the bug is clean. A seed's run depends on every draw of chance,
// the product's included: where the product has changed since, one of few others must do, until
// `npm run simulate -- --hunt` has found the seeds anew.
import { CATALOGUE } from './planted/catalogue';
import type { PlantedBug } from './planted/planted-bug';
import { HUNT_OPERATIONS } from './run/hunt';
import { CAUGHT_IN } from './planted/caught-in';
import { type RunResult, simulate } from './run/simulate';
import { CHECKERS } from './engine/violation';

/** Seeds that are tried where the named one does not do any more. */
const STANDING_BY = [1, 2, 3, 4, 5, 6, 8, 13, 14, 17, 18, 23, 24];

/** A bug that writes without end takes 15 s of a quiet core, and cores are not always quiet. */
const CAUGHT_MAX_MS = 240_000;

describe('planted bugs', () => {
  const clean = new Map<number, Promise<RunResult>>();
  const without = (seed: number): Promise<RunResult> => {
    const run = clean.get(seed) ?? simulate({ seed, operations: HUNT_OPERATIONS });
    clean.set(seed, run);
    return run;
  };

  const caught = async ({ name, firedBy, planted }: PlantedBug): Promise<string> => {
    const seen: string[] = [];
    for (const seed of new Set([CAUGHT_IN[name] as number, ...STANDING_BY])) {
      const { violation } = await simulate({ seed, operations: HUNT_OPERATIONS, planted });
      if (!violation) continue;
      seen.push(`seed ${seed}: ${violation.message}`);
      if (violation.checker === firedBy && !(await without(seed)).violation) return violation.checker;
    }
    return seen.join('\n') || 'nothing fired';
  };

  it.each(CATALOGUE.map((one) => [one.name, one.firedBy, one] as const))(
    '%s: %s',
    async (_, firedBy, one) => {
      expect(await caught(one)).toBe(firedBy);
    },
    CAUGHT_MAX_MS,
  );

  it('are at least forty, each under a name and with a seed of its own', () => {
    expect(CATALOGUE.length).toBeGreaterThanOrEqual(40);
    expect(new Set(CATALOGUE.map(({ name }) => name)).size).toBe(CATALOGUE.length);
    expect(Object.keys(CAUGHT_IN).sort()).toEqual(CATALOGUE.map(({ name }) => name).sort());
  });

  it('make every checker fire', () => {
    const fired = new Set<string>(CATALOGUE.map(({ firedBy }) => firedBy));
    expect(CHECKERS.filter((checker) => !fired.has(checker))).toEqual([]);
  });
});
