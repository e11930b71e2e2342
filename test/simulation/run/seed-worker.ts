// A process that simulates one seed after the other for somebody (../main.ts), and tells all that came of each.
import { CATALOGUE } from '../planted/catalogue';
import type { SeedToRun } from './seeds';
import { simulate } from './simulate';

export interface SeedTask extends SeedToRun {
  /** A planted bug's name. */
  readonly bug?: string;
}

process.on('message', ({ seed, operations, bug }: SeedTask) => {
  const planted = CATALOGUE.find(({ name }) => name === bug)?.planted;
  simulate({ seed, operations, ...(planted && { planted }) }).then(
    (result) => process.send?.(result),
    (fault: unknown) => {
      console.error(fault);
      process.exit(2);
    },
  );
});
process.on('disconnect', () => process.exit(0));
