// What ties a command of the tree to what it does.
import type { Command } from 'commander';
import { examplesOf } from './examples';
import type { ExitCode } from './exit-code';
import type { Io } from './io';
import { Session } from './session';

/** One run of the program. */
export interface Run {
  readonly io: Io;
  exitCode: ExitCode;
}

/** Has `command` do `act`, with its flags and, in order, its arguments; and shows its examples in its help. */
export function acting<Flags>(
  command: Command,
  run: Run,
  act: (session: Session, flags: Flags, ...args: string[]) => Promise<ExitCode>,
): void {
  command.action(async () => {
    const flags = command.optsWithGlobals();
    run.exitCode = await act(new Session(run.io, flags as never), flags as Flags, ...command.args);
  });
  command.showHelpAfterError(`'holdfast ${pathOf(command)} --help' says how.`);
  showExamples(command);
}

export function showExamples(command: Command): void {
  const examples = examplesOf(pathOf(command));
  if (examples.length === 0) return;
  const head = examples.length === 1 ? 'Example' : 'Examples';
  command.addHelpText('after', `\n${head}:\n${examples.map((example) => `  ${example}`).join('\n')}`);
}

/** "subnet define" */
export function pathOf(command: Command): string {
  const above = command.parent ? pathOf(command.parent) : '';
  return command.parent ? `${above} ${command.name()}`.trim() : '';
}
