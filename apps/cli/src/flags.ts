// The flags that more than one command takes, and how their values are read. What a value may be is the contract's
// to say; only what becomes another form on the way is read here.
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Io } from './io';
import { MOMENT_EXPECTED, parseMoment } from './format/moment';
import { parseSpan } from './format/span';
import { UsageFault } from './usage-fault';

const SERVER_DEFAULT = 'http://127.0.0.1:7080';
export const TIMEOUT_DEFAULT_MS = 30_000;

/** Of every command. */
export interface GlobalFlags {
  readonly server?: string;
  readonly output: 'table' | 'wide' | 'json';
  /** Milliseconds. */
  readonly timeout?: number;
}

/** Of commands that change the ledger. */
export interface ChangingFlags {
  readonly actor?: string;
  readonly commandId?: string;
  /** Epoch milliseconds. */
  readonly issuedAt?: number;
}

/** Of commands that ask. */
export interface AskingFlags {
  readonly atLeastPosition?: string;
}

export function globalFlags(program: Command): Command {
  return program
    .option('--server <url>', `where the server is (HOLDFAST_SERVER, else ${SERVER_DEFAULT})`)
    .addOption(
      new Option('-o, --output <form>', 'table, wide (more columns) or json (for programs)')
        .choices(['table', 'wide', 'json'])
        .default('table'),
    )
    .option('--timeout <span>', 'how long to try in all (30s)', readTimeout);
}

export function changingFlags(command: Command, { clock }: Io): Command {
  return command
    .option('--actor <name>', 'who asks, for the record (your user name)')
    .option('--command-id <id>', 'of this command, to send it again safely (a new UUID)')
    .option('--issued-at <time>', 'with --command-id: when it was first issued', readMoment(clock));
}

export const askingFlags = (command: Command): Command =>
  command.option('--at-least-position <position>', 'wait until the answer reflects this position of the log');

export const heldFlags = (command: Command): Command =>
  command
    .option('--v4 <address>', 'the IPv4 address')
    .option('--v6 <address>', 'the IPv6 address')
    .option('--mac <mac>', 'the MAC address');

export const readMoment =
  ({ now }: Io['clock']) =>
  (text: string): number => {
    const ms = parseMoment(text, now());
    if (ms === undefined) throw new InvalidArgumentError(MOMENT_EXPECTED);
    return ms;
  };

export function readSpan(text: string): number {
  const ms = parseSpan(text);
  if (ms === undefined) throw new InvalidArgumentError('Expected a span of time such as 5m, 1h30m or 0s');
  return ms;
}

export function readCount(text: string): number {
  const count = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (count === 0) throw new InvalidArgumentError('Expected a whole number above 0');
  return count;
}

/** For flags that may be given more than once, or with commas. */
export const readListFlag = (text: string, before?: readonly string[] | boolean): string[] => [
  ...(Array.isArray(before) ? before : []),
  ...text.split(',').map((item) => item.trim()),
];

/** For flags that may be given more than once, and whose values may have commas. */
export const readEach = (text: string, before?: readonly string[] | boolean): string[] => [
  ...(Array.isArray(before) ? before : []),
  text,
];

function readTimeout(text: string): number {
  const ms = readSpan(text);
  if (ms === 0) throw new InvalidArgumentError('Expected a span of time above 0s');
  return ms;
}

/** @throws UsageFault */
export function serverUrl({ server }: GlobalFlags, { env }: Io): string {
  const text = server ?? (env['HOLDFAST_SERVER'] || SERVER_DEFAULT);
  const protocol = URL.canParse(text) ? new URL(text).protocol : '';
  if (protocol === 'http:' || protocol === 'https:') return text;
  throw new UsageFault(`the server's URL is ${JSON.stringify(text)}; expected such as ${SERVER_DEFAULT}`);
}
