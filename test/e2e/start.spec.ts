// `npm start` stays up, takes the control plane's flags, shows its log, and answers what README.md types next.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '@holdfast/infra/demo/until';
import { Shell } from './shell';

const ROOT = join(__dirname, '../..');
const START = join(ROOT, 'infra/dist/demo/start.js');
const CLI = join(ROOT, 'apps/cli/bin/holdfast.cjs');
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');

/** What a reader types under "What next", line by line; a line that ends with a backslash goes on. */
const typed = README.slice(README.indexOf('## What next'), README.indexOf('## How it works'))
  .split('```')
  .filter((_, at) => at % 2 === 1)
  .flatMap((block) => block.replaceAll('\\\n', '').trim().split('\n'));

const folder = mkdtempSync(join(tmpdir(), 'holdfast-start-'));
const started: ChildProcess[] = [];
afterAll(async () => {
  for (const child of started) {
    if (child.exitCode !== null) continue;
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
  rmSync(folder, { recursive: true });
});

function start(...flags: readonly string[]): { child: ChildProcess; out: () => string; log: () => string } {
  const child = spawn(process.execPath, [START, ...flags], { cwd: folder });
  started.push(child);
  const [printed, logged]: string[][] = [[], []];
  child.stdout.on('data', (chunk: Buffer) => printed?.push(chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => logged?.push(chunk.toString()));
  return { child, out: () => printed?.join('') ?? '', log: () => logged?.join('') ?? '' };
}

it('stays up with the flags that it is given, and the README goes on from there', async () => {
  const { child, out, log } = start('--http=127.0.0.1:0', '--grpc=127.0.0.1:0', '--ledger=start.db');
  await until('it serves', () => out().includes('Ctrl-C stops everything.') || undefined);
  const server = /HTTP +(http:\/\/\S+)\/openapi.json/.exec(out())?.[1] ?? '';
  expect(log()).toContain('"msg":"serving"');
  const npx = `process.argv.splice(2, 1); require(${JSON.stringify(CLI)});`;
  const shell = new Shell(folder, { HOLDFAST_SERVER: server }, { npx });
  const printed: string[] = [];
  for (const command of typed)
    printed.push(await shell.type(command.replace('http://127.0.0.1:7080', server)));
  shell.stop();
  expect(typed.length).toBeGreaterThanOrEqual(6);
  const [defined, reserved, posted, history, held, status] = printed;
  expect(defined).toContain('ovn-default');
  expect(reserved).toContain('10.16.0.2');
  expect(posted).toContain('"holder":"pod/default/web-10"');
  expect(history).toContain('AddressReserved');
  expect(held).toContain('pod/default/web-9');
  expect(status).toMatch(/ovn-northbound +\d+/);
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
});

it.each([
  [['--no-such-flag=1'], /no-such-flag/],
  [['--http'], /--http has no value: write --http=VALUE/],
  [['over'], /unknown argument over/],
])('refuses %s', async (flags, complaint) => {
  const { child, log } = start(...flags, '--ledger=refused.db');
  expect(await once(child, 'exit')).toEqual([1, null]);
  expect(log()).toMatch(complaint);
});
