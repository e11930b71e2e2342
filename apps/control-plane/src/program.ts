// Which program this is: its version for people, and the format level up to which it reads and writes.
import { FORMAT_LEVEL, LEVEL_FIRST, type Program } from '@holdfast/ipam';

export const VERSION = '0.1.0';

/** A test has this program behave as an older one would. It is no flag: nobody has a use for it where addresses are given out. */
const TESTING_LEVEL = 'HOLDFAST_TESTING_FORMAT_LEVEL';

/** @throws RangeError for a level that no program has */
export function thisProgram(env: NodeJS.ProcessEnv): Program {
  const level = Number(env[TESTING_LEVEL] ?? FORMAT_LEVEL);
  if (!Number.isInteger(level) || level < LEVEL_FIRST || level > FORMAT_LEVEL)
    throw new RangeError(`${TESTING_LEVEL}: there is no level ${env[TESTING_LEVEL]}`);
  return { version: VERSION, level };
}
