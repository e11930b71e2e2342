// A server program as a child of ours: its output kept for when it fails, gone with us, stopped by its own pid.
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';

/** Of its output, for the message of a failure. */
const TAIL_LENGTH = 4_000;
/** After SIGTERM, before SIGKILL. */
const STOP_WITHIN_MS = 10_000;

export class Child {
  private tail = '';

  private constructor(
    readonly program: string,
    private readonly process: ChildProcess,
  ) {}

  /** @param onOutput is given what it prints, on both outputs, as it comes */
  static start(
    program: string,
    args: readonly string[],
    options: SpawnOptions = {},
    onOutput?: (text: string) => void,
  ): Child {
    const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    const started = new Child(program, child);
    const keep = (chunk: Buffer): void => {
      started.tail = (started.tail + chunk.toString()).slice(-TAIL_LENGTH);
      onOutput?.(chunk.toString());
    };
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    child.on('error', (error) => keep(Buffer.from(error.message)));
    const killChild = (): void => void child.kill('SIGKILL');
    process.once('exit', killChild);
    child.once('exit', () => process.off('exit', killChild));
    return started;
  }

  get pid(): number | undefined {
    return this.process.pid;
  }

  get isRunning(): boolean {
    return (
      this.process.pid !== undefined && this.process.exitCode === null && this.process.signalCode === null
    );
  }

  /** What it printed last. */
  get output(): string {
    return this.tail;
  }

  /** Looks every few milliseconds until `probe` gives something. @throws when the program ends, or takes too long */
  async until<Found>(
    probe: () => Found | undefined | Promise<Found | undefined>,
    withinMs: number,
  ): Promise<Found> {
    const endMs = performance.now() + withinMs;
    for (;;) {
      const found = await probe();
      if (found !== undefined) return found;
      if (!this.isRunning) throw new Error(`${this.program} ended:\n${this.output}`);
      if (performance.now() > endMs)
        throw new Error(`${this.program} is not ready after ${withinMs} ms:\n${this.output}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  /** As a crash would. */
  async kill(): Promise<void> {
    await this.end('SIGKILL');
  }

  /** Its exit code, or `null` when it had to be killed. */
  async stop(): Promise<number | null> {
    const killing = setTimeout(() => this.process.kill('SIGKILL'), STOP_WITHIN_MS);
    await this.end('SIGTERM');
    clearTimeout(killing);
    return this.process.exitCode;
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    if (!this.isRunning) return;
    const exited = once(this.process, 'exit');
    this.process.kill(signal);
    await exited;
  }
}
