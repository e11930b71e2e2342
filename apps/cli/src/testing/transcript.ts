// What a person sees who types some commands, as a text: the lines typed, what came, and `[exit code N]` where it was
// not 0. A test writes down what should be seen, has the lines in it typed, and compares.
import { sameTimes, Terminal } from './terminal';

const REFUSED = /^(holdfast: [A-Z]\w+: ).*$/gm;
const TYPED = /^\$ (holdfast .*)$/gm;

/** What is seen when the lines that `expected` has after `$ ` are typed. */
export async function retype(terminal: Terminal, expected: string): Promise<string> {
  let seen = '';
  for (const [, line = ''] of expected.matchAll(TYPED)) {
    const { code, out, err } = await terminal.type(line);
    seen += `$ ${line}\n${out}${err}${code === 0 ? '' : `[exit code ${code}]\n`}`;
  }
  return comparable(seen);
}

/** Moments are all the same, and what a refusal says after its code is left out: that is the server's. */
export const comparable = (text: string): string => sameTimes(text).replace(REFUSED, '$1...');

/** Without the margin that it has in the code. */
export function transcript([text = '']: TemplateStringsArray): string {
  const lines = text.split('\n').slice(1, -1);
  const margin = Math.min(...lines.filter(Boolean).map((line) => line.search(/\S/)));
  return lines.map((line) => `${line.slice(margin)}\n`).join('');
}

/** Has the lines of a transcript typed, and expects that what is seen is what it says. */
export async function expectSeen(server: string, expected: string): Promise<void> {
  expect(await retype(new Terminal(server), comparable(expected))).toBe(comparable(expected));
}
