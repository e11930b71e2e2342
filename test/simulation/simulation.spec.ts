// The whole in one process: no seed finds anything that is not as it must be, and one seed is one run.
import { simulate } from './run/simulate';

/** A taste of what CI runs a million operations of (`npm run simulate -- --operations=1000000`). */
const SEEDS = Array.from({ length: 12 }, (_, at) => at + 1);
const OPERATIONS = 750;

describe('the simulation', () => {
  it.each(SEEDS)('finds nothing with seed %i', async (seed) => {
    const { violation, operations } = await simulate({ seed, operations: OPERATIONS });
    expect(violation?.message).toBeUndefined();
    expect(operations).toBeGreaterThan(0);
  });

  it('is the same run for the same seed, byte for byte, and another for another', async () => {
    const run = async (seed: number): Promise<readonly string[]> => {
      const lines: string[] = [];
      const { digest } = await simulate({ seed, operations: 300, show: (line) => lines.push(line) });
      return [digest, ...lines];
    };
    const [first, again, other] = [await run(5), await run(5), await run(6)];
    expect(again).toEqual(first);
    expect(first.length).toBeGreaterThan(300);
    expect(other[0]).not.toBe(first[0]);
  });
});
