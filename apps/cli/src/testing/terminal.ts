// The program in this process, as a test types it and reads what it prints.
import { systemChance, systemClock } from '@holdfast/clock';
import type { ExitCode } from '../exit-code';
import type { Io } from '../io';
import { run } from '../run';

export interface Printed {
  readonly code: ExitCode;
  readonly out: string;
  readonly err: string;
}

export class Terminal {
  /** Of the last change, so that what is asked next is sure to reflect it. */
  private position = '';

  readonly io: Io;
  private readonly printed = { out: '', err: '' };

  constructor(server: string, io: Partial<Io> = {}) {
    this.io = {
      env: { HOLDFAST_SERVER: server },
      clock: systemClock,
      chance: systemChance,
      userName: () => 'alice',
      fetch: (url, init) => this.fetchAfterChange(String(url), init),
      out: (text) => void (this.printed.out += text),
      err: (text) => void (this.printed.err += text),
      ...io,
    };
  }

  /** @param line as in a shell, with 'quotes' or "quotes" and nothing else of a shell's */
  async type(line: string): Promise<Printed> {
    Object.assign(this.printed, { out: '', err: '' });
    const code = await run(words(line), this.io);
    return { code, ...this.printed };
  }

  /** What it prints when all is well. */
  async tell(line: string): Promise<string> {
    const { code, out, err } = await this.type(line);
    if (code !== 0) throw new Error(`${line}: ${code}: ${err}`);
    return out;
  }

  async json(line: string): Promise<unknown> {
    return JSON.parse(await this.tell(`${line} -o json`)) as unknown;
  }

  private async fetchAfterChange(url: string, init: RequestInit | undefined): Promise<Response> {
    const isQuery = init?.method === 'GET';
    const target = new URL(url);
    if (isQuery && this.position !== '' && !target.pathname.endsWith('/status')) {
      target.searchParams.set('atLeastPosition', this.position);
    }
    const response = await fetch(target, init);
    if (!isQuery && response.ok) {
      const { position } = (await response.clone().json()) as { position: string };
      this.position = position;
    }
    return response;
  }
}

/** Without the program's name, if it stands there. */
export function words(line: string): string[] {
  const found = [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(([, a, b, c]) => a ?? b ?? c ?? '');
  return found[0] === 'holdfast' ? found.slice(1) : found;
}

/** Moments differ from run to run; their width does not. */
export const sameTimes = (text: string): string =>
  text.replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, '2026-01-31T14:05:00.000Z');
