// `holdfast recover`: the way out of a fence. What it shows and does is in ./recover, loaded by who asks for it and nobody else.
import { type Command, Option } from 'commander';
import type { ExitCode } from '../exit-code';
import { readEach, readListFlag } from '../flags';
import { acting, type Run } from '../session/acting';
import type { RecoverFlags } from './recover';

const WHAT_IT_DOES = `
Shows the ledger, the Northbound and the cluster beside each other, address by address, which side is fenced and why, and what
each choice would do. Nothing is changed unless --apply is given. Run it with every other control plane of these sides stopped.

--choose=ledger: what the ledger has is right. Each fenced side goes on with this ledger, and is put right by it.
--choose=shown: what the sides show is right. What they show alike and the ledger does not have is recorded for its holder; what
two are said to hold is withheld: nobody is given it. Then each fenced side goes on. What nobody shows is kept, and listed.
--holder ADDRESS=HOLDER says whose a withheld address is, then or later; ADDRESS=nobody gives it back.

Ends with 0 when nothing is left; with 4 when a side is fenced, an address is withheld, or something was refused.`;

export function addRecoverCommand(program: Command, run: Run): void {
  const recover = program
    .command('recover')
    .summary('decide which ledger is right where a side is fenced')
    .description(
      'Decide what is right where the ledger and a side are of different pasts. Shows only, unless --apply is given.',
    )
    .addHelpText('after', WHAT_IT_DOES)
    .addOption(
      new Option('--choose <what>', 'what is right: the ledger, or what the sides show').choices([
        'ledger',
        'shown',
      ]),
    )
    .option(
      '--holder <address=holder>',
      'whose a withheld address is (more than once: more of them)',
      readEach,
    )
    .option('--apply', 'do it')
    .option('--because <text>', 'why, for the record')
    .option('--kubeconfig <file>', 'how to reach the cluster (KUBECONFIG, else ~/.kube/config)')
    .option('--context <name>', 'of the kubeconfig (its current one)')
    .option('--northbound <remote>', 'the Northbound, as ovn-nbctl --db')
    .option('--northbound-key <file>', 'private key for ssl:')
    .option('--northbound-cert <file>', 'certificate for ssl:')
    .option('--northbound-ca <file>', 'CA certificate for ssl:')
    .option(
      '--stateful-set-kinds <kinds>',
      'more kinds StatefulSet, as the control plane is told: apps.kruise.io/v1beta1/statefulsets (none)',
      readListFlag,
    )
    .addOption(
      new Option(
        '--keep-vm-ip <yes>',
        "whether KubeVirt's machines keep their addresses, as the control plane is told",
      )
        .choices(['true', 'false'])
        .default('true'),
    )
    .option('--actor <name>', 'who asks, for the record (your user name)');
  acting<RecoverFlags>(recover, run, (_session, flags) => recoverOnce(run, flags));
}

function recoverOnce({ io }: Run, flags: RecoverFlags): Promise<ExitCode> {
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const module = require('./recover') as typeof import('./recover');
  return module.recover(io, flags);
}
