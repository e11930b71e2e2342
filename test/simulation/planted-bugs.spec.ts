// A checker that never fires is no checker: each planted bug is caught, in the seed that the table names, by exactly
// the checker that it names; and the same seed without the bug is clean. When the product draws chance otherwise than
// it did, `npm run simulate -- --hunt --bug=NAME` finds a seed anew.
import { CATALOGUE } from './planted/catalogue';
import { HUNT_OPERATIONS } from './planted/hunt';
import { CAUGHT_IN } from './planted/caught-in';
import { type RunResult, simulate } from './run/simulate';
import { CHECKERS } from './run/violation';

describe('planted bugs', () => {
  const clean = new Map<number, Promise<RunResult>>();
  const without = (seed: number): Promise<RunResult> => {
    const run = clean.get(seed) ?? simulate({ seed, operations: HUNT_OPERATIONS });
    clean.set(seed, run);
    return run;
  };

  it.each(CATALOGUE.map((one) => [one.name, one.firedBy, one] as const))(
    '%s: %s',
    async (name, firedBy, one) => {
      const seed = CAUGHT_IN[name] as number;
      const { violation } = await simulate({ seed, operations: HUNT_OPERATIONS, planted: one.planted });
      expect(`${violation?.checker}: ${violation?.message}`).toContain(`${firedBy}: `);
      expect(violation?.checker).toBe(firedBy);
      expect((await without(seed)).violation?.message).toBeUndefined();
    },
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
