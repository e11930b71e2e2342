// What ties a command of the tree to what it does.
import type { Command } from 'commander';
import { examplesOf } from '../examples';
import type { ExitCode } from '../exit-code';
import type { Io } from '../io';
import { CliSession } from './session';

/** One run of the program. */
export interface Run {
  readonly io: Io;
  exitCode: ExitCode;
}

/** Has `command` do `act`, with its flags and, in order, its arguments; and shows its examples in its help. */
export function acting<Flags>(
  command: Command,
  run: Run,
  act: (session: CliSession, flags: Flags, ...args: string[]) => Promise<ExitCode>,
): void {
  command.action(async () => {
    const flags = command.optsWithGlobals();
    run.exitCode = await act(new CliSession(run.io, flags as never), flags as Flags, ...command.args);
  });
  command.showHelpAfterError(`'holdfast ${commandPath(command)} --help' says how.`);
  showExamples(command);
}

export function showExamples(command: Command): void {
  const examples = examplesOf(commandPath(command));
  if (examples.length === 0) return;
  const head = examples.length === 1 ? 'Example' : 'Examples';
  command.addHelpText('after', `\n${head}:\n${examples.map((example) => `  ${example}`).join('\n')}`);
}

/** "subnet define" */
export function commandPath(command: Command): string {
  const above = command.parent ? commandPath(command.parent) : '';
  return command.parent ? `${above} ${command.name()}`.trim() : '';
}
