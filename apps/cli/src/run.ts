// One run of the program, from the words typed to an exit code.
import { CommanderError } from 'commander';
import type { Run } from './session/acting';
import { EXIT, type ExitCode } from './exit-code';
import type { Io } from './io';
import { buildProgram } from './program';
import { UsageFault } from './usage-fault';

/** @param argv what stands after the program's name */
export async function run(argv: readonly string[], io: Io): Promise<ExitCode> {
  const run: Run = { io, exitCode: EXIT.done };
  try {
    await buildProgram(run).parseAsync([...argv], { from: 'user' });
    return run.exitCode;
  } catch (error) {
    // Commander has told why already; it ends with 0 after --help and --version.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    if (!(error instanceof UsageFault)) throw error;
    io.err(`holdfast: ${error.message}\n`);
    return EXIT.usage;
  }
}
