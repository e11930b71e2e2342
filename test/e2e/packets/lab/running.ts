// A program that runs inside an enclosure while the test goes on: its output by lines, its signals sent where its
// PID means something. Only for what the test itself ends; a server that detaches is a `Daemon`.
import { once } from 'node:events';
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Enclosure, RunOptions } from './enclosure';

/** Says its PID inside, and becomes the program. */
const ANNOUNCED = ['sh', '-c', 'echo $$; exec "$@"', 'sh'];

/** For a line that shows that it is ready; programs take milliseconds, a loaded machine more. */
const READY_WITHIN_MS = 10_000;

export class Running {
  /** What it printed, on both outputs, line by line. */
  readonly lines: string[] = [];

  private constructor(
    private readonly enclosure: Enclosure,
    private readonly argv: readonly string[],
    private readonly child: ChildProcess,
  ) {}

  static async start(
    enclosure: Enclosure,
    argv: readonly string[],
    options: RunOptions = {},
  ): Promise<Running> {
    const running = new Running(enclosure, argv, enclosure.spawn([...ANNOUNCED, ...argv], options));
    for (const input of [running.child.stdout, running.child.stderr])
      createInterface({ input: input! }).on('line', (line) => running.lines.push(line));
    await running.line(/^\d+$/);
    return running;
  }

  get isRunning(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Waits for a line it prints. @throws Error with all it printed, when it ends before, or takes too long */
  async line(pattern: RegExp, withinMs = READY_WITHIN_MS): Promise<string> {
    const endMs = performance.now() + withinMs;
    for (;;) {
      const found = this.lines.find((line) => pattern.test(line));
      if (found !== undefined) return found;
      if (!this.isRunning || performance.now() > endMs)
        throw new Error(`no ${String(pattern)} from ${this.argv.join(' ')}:\n${this.lines.join('\n')}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  /**
   * Signals, and resolves once it is gone and all its output is here. Nothing happens if it has ended.
   * @param childPidfile of a child of it that gets the signal before it does
   */
  async end(signal: NodeJS.Signals, childPidfile?: string): Promise<void> {
    if (!this.isRunning) return;
    const closed = once(this.child, 'close');
    const child = childPidfile === undefined ? '' : `$(cat '${childPidfile}' 2>/dev/null)`;
    // One that ends by itself meanwhile is what is wanted.
    const kill = `kill -s ${signal.slice('SIG'.length)} ${child} ${this.lines[0]} || :`;
    await this.enclosure.run(['sh', '-c', kill]);
    await closed;
  }
}
