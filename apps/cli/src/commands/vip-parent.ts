// `holdfast vip parent`: the ports that may answer for a Vip because somebody named them.
import type { Command } from 'commander';
import { type Run, acting } from '../session/acting';
import { changingFlags } from '../flags';

export function addVipParentCommands(vip: Command, run: Run): void {
  const parent = vip
    .command('parent')
    .summary('ports that may answer for a Vip')
    .description(
      'The ports that may answer for a Vip of type "" because somebody named them: what Neutron calls allowed ' +
        "address pairs. 'holdfast vip show' has all of a Vip's parents.",
    );
  const add = parent
    .command('add <vip> <port>')
    .description('Let a Logical_Switch_Port answer for a Vip. It need not be there yet.');
  acting(changingFlags(add, run.io), run, (session, _flags, name: string, port: string) =>
    session.change(
      'GrantVipParent',
      { name, port },
      ({ grant }) => `Port ${port} may answer for vip/${name} in subnet ${grant?.subnet}.\n`,
    ),
  );
  const remove = parent
    .command('remove <vip> <port>')
    .alias('rm')
    .description("Take that back. A port that the Vip's selector has as well stays a parent by that.")
    .option('--reason <text>', 'why, for the record');
  acting<{ reason?: string }>(
    changingFlags(remove, run.io),
    run,
    (session, { reason = '' }, name: string, port: string) =>
      session.change(
        'WithdrawVipParent',
        { name, port, reason },
        ({ grant }) => `Port ${port} withdrawn as a parent of vip/${name} in subnet ${grant?.subnet}.\n`,
      ),
  );
}
