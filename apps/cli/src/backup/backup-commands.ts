// `holdfast backup` and `holdfast restore`: a ledger's file copied, and put back. They need no server: they work on the
// machine, and as the user, that the ledger's process has.
import type { Command } from 'commander';
import type { ExitCode } from '../exit-code';
import { acting, type Run } from '../session/acting';
import type { BackupFlags, RestoreFlags } from './copy-ledger';

const STORE_HELP =
  'the ledger, as the control plane is told (HOLDFAST_STORE, else where the control plane has it unless told)';

const WHAT_A_BACKUP_IS = `
The control plane may run meanwhile. The copy has whole commits, everything that was acknowledged before it began, and its
place only once it was read back and checked: structure, checksums, and the chain of hashes of every stream. Beside it is
put FILE.sha256, which 'sha256sum --check' reads, too. A damaged ledger is refused, and the message says up to where it is
good. Who may read the file may know who has which address: it is its owner's alone.`;

const WHAT_RESTORE_DOES = `
The backup is checked first, and what was checked is what is used. A ledger that a process has open is left alone. With
--force one that is there is kept aside, under its name and the time. What was acknowledged after the backup was taken is
not in it: infra/docs/backup.md says what that means, and how to get it back.`;

export function addBackupCommands(program: Command, run: Run): void {
  const backup = program
    .command('backup <file>')
    .description("Copy a ledger's file, while it is written or not, and check the copy.")
    .addHelpText('after', WHAT_A_BACKUP_IS)
    .option('--store <store>', STORE_HELP)
    .option('--force', 'put it in the place of what is there');
  acting<BackupFlags>(backup, run, (_session, flags, file = '') => copying().backUp(run.io, file, flags));

  const restore = program
    .command('restore <backup>')
    .description("Check a backup, and put it in a ledger's place.")
    .addHelpText('after', WHAT_RESTORE_DOES)
    .option('--store <store>', STORE_HELP)
    .option('--dry-run', 'check the backup and say what it holds; change nothing')
    .option('--force', 'put it in the place of the ledger that is there, which is kept aside');
  acting<RestoreFlags>(
    restore,
    run,
    (_session, flags, file = ''): Promise<ExitCode> => copying().restore(run.io, file, flags),
  );
}

/** Loaded by who copies, and nobody else: older machines' Node has no SQLite. */
function copying(): typeof import('./copy-ledger') {
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  return require('./copy-ledger') as typeof import('./copy-ledger');
}
