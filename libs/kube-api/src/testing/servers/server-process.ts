// A server program of a test: started with its output in a file, killed by its own pid, and never left behind.
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';

/** Of the log, in the message of a failure. */
const TAIL_CHARACTERS = 2_000;

export class ServerProcess {
  private constructor(
    private readonly child: ChildProcess,
    private readonly logFile: string,
    private readonly ended: Promise<void>,
  ) {}

  static start(program: string, args: readonly string[], logFile: string): ServerProcess {
    const log = openSync(logFile, 'a');
    const child = spawn(program, args, { stdio: ['ignore', log, log] });
    closeSync(log);
    const killChild = (): void => void child.kill('SIGKILL');
    process.once('exit', killChild);
    const ended = new Promise<void>((resolve) => {
      const end = (): void => {
        process.off('exit', killChild);
        resolve();
      };
      child.once('exit', end);
      child.once('error', end);
    });
    return new ServerProcess(child, logFile, ended);
  }

  get isRunning(): boolean {
    return this.child.pid !== undefined && this.child.exitCode === null && this.child.signalCode === null;
  }

  logTail(): string {
    return readFileSync(this.logFile, 'utf8').slice(-TAIL_CHARACTERS);
  }

  /** At once, as a crash would: what it keeps is thrown away, or must survive that. */
  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended;
  }
}
