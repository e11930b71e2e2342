// A server of Open vSwitch or OVN inside an enclosure: it detaches once it is ready, and is known by its pidfile. Only
// for programs that take the daemon options of ovs-vswitchd(8).
import { join } from 'node:path';
import { until } from '@holdfast/infra/demo/until';
import type { Enclosure, RunOptions } from './enclosure';

export interface DaemonOptions extends RunOptions {
  readonly program: string;
  readonly args: readonly string[];
  /** For its pidfile and its log. */
  readonly folder: string;
}

/** Prints nothing once the process of the pidfile is gone. A dead one that is not reaped yet has no command line. */
const PROBE = 'tr "\\0" " " <"/proc/$(cat "$1")/cmdline" 2>/dev/null || :';

export class Daemon {
  private unwatch: () => void = () => undefined;

  private constructor(
    private readonly enclosure: Enclosure,
    private readonly options: DaemonOptions,
  ) {}

  static async start(enclosure: Enclosure, options: DaemonOptions): Promise<Daemon> {
    const daemon = new Daemon(enclosure, options);
    await daemon.start();
    return daemon;
  }

  /** Resolves once it is ready. */
  async start(): Promise<void> {
    const { program, args, folder } = this.options;
    const log = `--log-file=${join(folder, `${program}.log`)}`;
    const detached = ['--detach', '--no-chdir', `--pidfile=${this.pidfile}`, '--overwrite-pidfile', log];
    const quiet = ['-vconsole:off', '-vsyslog:off'];
    await this.enclosure.run([program, ...quiet, ...detached, ...args], this.options);
    this.unwatch = this.enclosure.watch(() => this.obituary());
  }

  /** As a crash would; resolves once it is gone. PIDs inside are the lab's own, so nobody else's can be meant. */
  async kill(signal: 'KILL' | 'TERM' = 'KILL'): Promise<void> {
    this.unwatch();
    if (!(await this.isRunning())) return;
    await this.enclosure.run(['sh', '-c', `kill -s ${signal} "$(cat "$1")"`, 'sh', this.pidfile]);
    await until(
      `${this.options.program} is gone`,
      async () => ((await this.isRunning()) ? undefined : true),
      10_000,
    );
  }

  /** Whether the process of the pidfile is still this program. */
  async isRunning(): Promise<boolean> {
    const commandLine = await this.enclosure.run(['sh', '-c', PROBE, 'sh', this.pidfile]);
    return commandLine.includes(this.pidfile);
  }

  /** With the last that it logged, such as the assertion that failed. */
  private async obituary(): Promise<string | undefined> {
    if (await this.isRunning()) return undefined;
    const { program, folder } = this.options;
    const last = await this.enclosure.run(['tail', '-n', '1', join(folder, `${program}.log`)]);
    return `${program} of ${folder} has ended: ${last.trim()}`;
  }

  private get pidfile(): string {
    return join(this.options.folder, `${this.options.program}.pid`);
  }
}
