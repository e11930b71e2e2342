// Waits until something that somebody else makes is as it should be, and shows the difference if that does not come.
import { until } from '@holdfast/infra/demo/until';

/**
 * Compared as JSON: what comes from a server and what a test writes are arrays of two realms under Jest, and deep
 * equality of Node minds that.
 * @throws the difference between what was found last and what was wanted, if it stays
 */
export async function untilEqual<Expected>(
  what: string,
  expected: Expected,
  look: () => unknown,
  withinMs?: number,
): Promise<void> {
  const text = JSON.stringify(expected);
  let found: unknown;
  const isFound = async (): Promise<true | undefined> => {
    found = await look();
    return JSON.stringify(found) === text || undefined;
  };
  await until(what, isFound, withinMs).catch((late: unknown) => {
    expect({ [what]: found }).toEqual({ [what]: expected });
    throw late;
  });
}
