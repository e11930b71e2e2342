// A shell in which the commands of a document are typed one after the other, as its reader would.
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** A command that says nothing for that long has hung. */
const SILENCE_MAX_MS = 30_000;

export class Shell {
  private readonly bash: ChildProcessWithoutNullStreams;
  private output = '';
  private count = 0;
  private look = (): void => undefined;

  /** @param programs by name: JavaScript that is run when the name is typed */
  constructor(
    folder: string,
    env: Readonly<Record<string, string>>,
    programs: Readonly<Record<string, string>>,
  ) {
    const bin = join(folder, 'bin');
    mkdirSync(bin);
    for (const [name, source] of Object.entries(programs)) {
      writeFileSync(join(bin, name), `#!${process.execPath}\n${source}\n`);
      chmodSync(join(bin, name), 0o755);
    }
    const path = bin + delimiter + (process.env['PATH'] ?? '');
    this.bash = spawn('bash', ['--noprofile', '--norc'], { env: { ...process.env, ...env, PATH: path } });
    this.bash.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.output += text;
      this.look();
    });
    this.bash.stdin.write('exec 2>&1\n');
  }

  /** What it prints, on both outputs. */
  type(command: string): Promise<string> {
    this.count += 1;
    const end = `\u0004 end of ${this.count}\n`;
    this.output = '';
    this.bash.stdin.write(`${command}\nprintf '\\004 end of ${this.count}\\n'\n`);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`${command}: hangs after ${this.output}`)),
        SILENCE_MAX_MS,
      );
      this.look = () => {
        if (!this.output.endsWith(end)) return;
        clearTimeout(timer);
        resolve(this.output.slice(0, -end.length));
      };
      this.look();
    });
  }

  stop(): void {
    this.bash.kill('SIGKILL');
  }
}
