// The tree of commands.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { addBackupCommands } from './backup/backup-commands';
import type { Run } from './session/acting';
import { addCompletionCommands } from './commands/completion';
import { addHistoryCommand } from './commands/history';
import { addImportCommands } from './commands/import';
import { addLabelCommand } from './commands/label';
import { addPoolCommands } from './commands/pool';
import { addRecoverCommand } from './recover/recover-command';
import { addReservationCommands } from './commands/reservation';
import { addRuleCommands } from './commands/rule';
import { addStatusCommand } from './commands/status';
import { addSubnetCommands } from './commands/subnet';
import { addVipCommands } from './commands/vip';
import { FIRST_EXAMPLES } from './examples';
import { EXIT_CODES_HELP } from './exit-code';
import { globalFlags } from './flags';

const AFTER_HELP = `
Examples:
${FIRST_EXAMPLES.map((example) => `  ${example}`).join('\n')}
${EXIT_CODES_HELP}

'holdfast COMMAND --help' has the flags and examples of a command.`;

/** Parsing throws CommanderError where a process would end. */
export function buildProgram(run: Run): Command {
  const { io } = run;
  const program = new Command('holdfast')
    .description(
      'The address ledger for OVN and Kubernetes networks: who holds which address, since when, and why.',
    )
    .version(version())
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => io.out(text),
      writeErr: (text) => io.err(text),
      outputError: (text, write) => write(text.replace(/^error: /, 'holdfast: ').replace('\n(', ' (')),
    })
    .exitOverride()
    .addHelpText('after', AFTER_HELP);
  globalFlags(program);
  addReservationCommands(program, run);
  addSubnetCommands(program, run);
  addPoolCommands(program, run);
  addVipCommands(program, run);
  addRuleCommands(program, run);
  addLabelCommand(program, run);
  addHistoryCommand(program, run);
  addStatusCommand(program, run);
  addImportCommands(program, run);
  addRecoverCommand(program, run);
  addBackupCommands(program, run);
  addCompletionCommands(program, run);
  return program;
}

/** The same from src and from dist. */
function version(): string {
  const manifest = JSON.parse(readFileSync(join(__dirname, '../package.json'), 'utf8')) as {
    version: string;
  };
  return manifest.version;
}
