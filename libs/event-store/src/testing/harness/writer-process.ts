// Runs `append-until-killed` and listens to what it says.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { WriterAddress } from './harness';
import type { Acknowledged } from './held';

/** By its exported name, so that the compiled file is found from wherever this one runs. */
const SCRIPT = '@holdfast/event-store/testing/append-until-killed';

const running = new Set<WriterProcess>();

/** For the end of a test, however it ended. */
export async function killWriters(): Promise<void> {
  await Promise.all([...running].map((writer) => writer.kill()));
}

export class WriterProcess {
  readonly acknowledged: Acknowledged[] = [];
  /** Replies that were remembered. */
  readonly remembered: { readonly stream: string; readonly commandId: string }[] = [];
  /** Lines other than these. */
  readonly said: string[] = [];
  private readonly process: ChildProcess;
  private readonly ended: Promise<unknown>;
  private readonly waiting: { readonly is: () => boolean; readonly wake: () => void }[] = [];

  /** `before`: a shell command that is to take effect on the process first, say a limit. */
  constructor(address: WriterAddress, prefix: string, seed: number, before = ':') {
    const words = [process.execPath, require.resolve(SCRIPT), JSON.stringify(address), prefix, String(seed)];
    this.process = spawn('/bin/sh', ['-c', `${before}; exec "$0" "$@"`, ...words], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const lines = createInterface({ input: this.process.stdout! });
    lines.on('line', (line) => this.hear(line));
    running.add(this);
    this.ended = Promise.all([once(this.process, 'exit'), once(lines, 'close')]).then(() => {
      running.delete(this);
      this.look();
    });
  }

  get pid(): number {
    return this.process.pid!;
  }

  /** Resolves once it has said so, or has ended. */
  until(is: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.waiting.push({ is, wake: resolve });
      this.look();
    });
  }

  /** Resolves once it has ended by itself. */
  async end(): Promise<void> {
    await this.ended;
  }

  async kill(): Promise<void> {
    this.process.kill('SIGKILL');
    await this.ended;
  }

  private hear(line: string): void {
    const [word, stream, version, count] = line.split(' ');
    if (word === 'ack')
      this.acknowledged.push({ stream: stream!, version: Number(version), count: Number(count) });
    else if (word === 'remembered') this.remembered.push({ stream: stream!, commandId: version! });
    else this.said.push(line);
    this.look();
  }

  private look(): void {
    const isOver = this.process.exitCode !== null || this.process.signalCode !== null;
    for (const waiting of this.waiting.splice(0)) {
      if (isOver || waiting.is()) waiting.wake();
      else this.waiting.push(waiting);
    }
  }
}
