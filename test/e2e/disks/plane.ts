// A control plane whose start is looked at, and whose end: both without the ready file, which only tells that all is well.
import { existsSync } from 'node:fs';
import { Child } from '@holdfast/infra/servers/child';

/** On a loaded machine a start takes seconds, and a test waits for no longer than that something is wrong. */
const WITHIN_MS = 60_000;

export interface PlaneAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

export class Plane {
  private logged = '';
  private url = '';

  private constructor(private readonly child: Child) {}

  /** As soon as it answers its probes, or has ended. */
  static start(store: string, ...flags: readonly string[]): Promise<Plane> {
    return Plane.startIn(process.env, store, flags);
  }

  /** As a program would that reads and writes no more than the format level. */
  static startAtLevel(level: number, store: string, ...flags: readonly string[]): Promise<Plane> {
    return Plane.startIn({ ...process.env, HOLDFAST_TESTING_FORMAT_LEVEL: String(level) }, store, flags);
  }

  private static async startIn(
    env: NodeJS.ProcessEnv,
    store: string,
    flags: readonly string[],
  ): Promise<Plane> {
    const program = require.resolve('@holdfast/control-plane/bin');
    const all = [`--store=${store}`, '--http=127.0.0.1:0', '--grpc=127.0.0.1:0', ...flags];
    const plane: Plane = new Plane(
      Child.start(process.execPath, [program, ...all], { env }, (text) => void (plane.logged += text)),
    );
    await plane.child.until(() => plane.line('starting') ?? (plane.hasEnded || undefined), WITHIN_MS);
    plane.url = String(plane.line('starting')?.['http'] ?? '');
    return plane;
  }

  /** And serves. */
  static async serving(store: string, ...flags: readonly string[]): Promise<Plane> {
    const plane = await Plane.start(store, ...flags);
    await plane.until(() => plane.line('serving'));
    return plane;
  }

  /** Base URL. */
  get http(): string {
    return this.url;
  }

  /** Serves, after it has answered its probes. */
  async serves(): Promise<this> {
    await this.until(() => this.line('serving'));
    return this;
  }

  get pid(): number {
    return this.child.pid as number;
  }

  /** Everything that it printed. */
  get log(): string {
    return this.logged;
  }

  get hasEnded(): boolean {
    return !this.child.isRunning;
  }

  /** The first line that it logged with this message. */
  line(msg: string): Readonly<Record<string, unknown>> | undefined {
    const found = this.logged
      .split('\n')
      .find((line) => line.includes(`"msg":"${msg}"`) && line.endsWith('}'));
    return found === undefined ? undefined : (JSON.parse(found) as Record<string, unknown>);
  }

  async ask(method: string, path: string, body?: object): Promise<PlaneAnswer> {
    const sent = body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
    const answer = await fetch(`${this.url}${path}`, { method, ...sent });
    return { status: answer.status, body: (await answer.json()) as PlaneAnswer['body'] };
  }

  /** What its probes say: of a process that has ended, nothing. */
  async probes(): Promise<{ readonly healthz: number; readonly readyz: number; readonly trouble: unknown }> {
    const [healthz, readyz] = await Promise.all([this.ask('GET', '/healthz'), this.ask('GET', '/readyz')]);
    return { healthz: healthz.status, readyz: readyz.status, trouble: readyz.body['trouble'] };
  }

  until<Found>(look: () => Found | undefined | Promise<Found | undefined>): Promise<Found> {
    return this.child.until(look, WITHIN_MS);
  }

  /** Its exit code, once it has ended by itself. */
  async ended(): Promise<number | null> {
    await this.child.until(() => this.hasEnded || undefined, WITHIN_MS);
    return this.child.stop();
  }

  stop(): Promise<number | null> {
    return this.child.stop();
  }

  kill(): Promise<void> {
    return this.child.kill();
  }
}

/** Makes system calls of a running process fail, from outside (strace(1), "Tampering"). */
export class FailingCalls {
  private constructor(private readonly tracer: Child) {}

  static readonly skipped = existsSync('/usr/bin/strace') ? '' : ' [skipped: strace is missing]';

  /** @param calls such as `fdatasync,fsync`; error: as errno(3) names it */
  static async of(pid: number, calls: string, error: string): Promise<FailingCalls> {
    let said = '';
    const args = ['-f', '-o', '/dev/null', '-e', `trace=${calls}`, '-e', `inject=${calls}:error=${error}`];
    const tracer = Child.start('strace', [...args, '-p', String(pid)], {}, (text) => void (said += text));
    await tracer.until(() => /attached/.test(said) || undefined, WITHIN_MS);
    return new FailingCalls(tracer);
  }

  /** They work again. */
  async end(): Promise<void> {
    await this.tracer.stop();
  }
}
