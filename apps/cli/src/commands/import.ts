// `holdfast import`: takes over what another system has recorded of who has which address.
import { type Command, Option } from 'commander';
import { type Run, acting } from '../session/acting';
import type { ImportFlags } from '../import/import-kube-ovn';
import type { ExitCode } from '../exit-code';
import { readListFlag } from '../flags';

const WHAT_IT_DOES = `
Reads the cluster's Subnets, IPs, Vips, IPPools and the annotations of its Pods, and shows what would be recorded, what is
recorded already, and each conflict with both parties and the objects that say so. What a conflict names is recorded for
nobody, and its addresses are held back, so that nobody else gets them. Nothing in the cluster is ever changed. Run it
while kube-ovn-controller is stopped, or again until there is nothing left: running it again records nothing twice.

With --northbound the Logical_Switch_Ports that Kube-OVN made and that are as the ledger says become Holdfast's own, as they
are: of each row only external_ids is written, once kube-ovn-controller has stopped. Others stay, and are shown. --give-back
makes them Kube-OVN's again, once every control plane of that Northbound has stopped.

Ends with 0 when there is nothing to do, or nothing in its way; with 4 when there are conflicts, or something is left.`;

export function addImportCommands(program: Command, run: Run): void {
  const importing = program
    .command('import')
    .summary('take over what another system has recorded')
    .description('Take over what another system has recorded of who has which address.');
  const kubeOvn = importing
    .command('kube-ovn')
    .description('Take over a cluster that Kube-OVN runs. Shows only, unless --apply is given.')
    .addHelpText('after', WHAT_IT_DOES)
    .option('--kubeconfig <file>', 'how to reach the cluster (KUBECONFIG, else ~/.kube/config)')
    .option('--context <name>', 'of the kubeconfig (its current one)')
    .option(
      '--apply',
      'record all that is without conflict, take ports over or give them back, and verify it',
    )
    .option(
      '--northbound <remote>',
      "take Kube-OVN's ports over there, as ovn-nbctl --db (the Northbound is left alone)",
    )
    .option('--northbound-key <file>', 'private key for ssl:')
    .option('--northbound-cert <file>', 'certificate for ssl:')
    .option('--northbound-ca <file>', 'CA certificate for ssl:')
    .option(
      '--give-back',
      'the way back: make those ports of the Northbound Kube-OVN’s again, and nothing else',
    )
    .option(
      '--stateful-set-kinds <kinds>',
      'more kinds StatefulSet, as the control plane is told: apps.kruise.io/v1beta1/statefulsets (none)',
      readListFlag,
    )
    .addOption(
      new Option(
        '--keep-vm-ip <yes>',
        "whether KubeVirt's machines keep their addresses, as Kube-OVN was told",
      )
        .choices(['true', 'false'])
        .default('true'),
    )
    .option('--actor <name>', 'who asks, for the record (your user name)');
  acting<ImportFlags>(kubeOvn, run, (_session, flags) => importOnce(run, flags));
}

/** Loaded by who imports, and nobody else: the Kubernetes client takes longer to load than all the rest. */
function importOnce({ io }: Run, flags: ImportFlags): Promise<ExitCode> {
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const module = require('../import/import-kube-ovn') as typeof import('../import/import-kube-ovn');
  return module.importKubeOvn(io, flags);
}
