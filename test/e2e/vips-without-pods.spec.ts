// infra/docs/vips-without-pods.md, command by command: what it shows is what is seen, with a real Northbound and a real
// NATS server. In place of the `nats` program stands one that does the same by the client library.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '@holdfast/infra/demo/until';
import { type ControlPlaneProcess, startControlPlane } from '@holdfast/infra/servers/control-plane';
import { type NatsServer, startNatsServer } from '@holdfast/infra/servers/nats-server';
import { NORTHBOUND_SCHEMA, startOvsdbServer } from '@holdfast/ovsdb/testing';
import { type Step, documentSteps } from './document-steps';
import { Shell } from './shell';

const CLI = join(__dirname, '../../apps/cli/bin/holdfast.cjs');

/** What reads is asked again until it shows what is expected: rows and views follow in milliseconds, not at once. */
const READS = /^(curl -s "?\$HOLDFAST\S*( \||$)|ovn-nbctl (--\S+ )*(list|get) |holdfast vip show )/;
/** A client of OVN's own writes for itself. */
const FOLLOWS_WITHIN_MS = 10_000;

const NATS = `
const { connect } = require(${JSON.stringify(require.resolve('nats'))});
const [verb, form, subject, payload] = process.argv.slice(2);
if (verb !== 'request' || form !== '--raw') throw new Error('only: nats request --raw SUBJECT PAYLOAD');
connect({ servers: process.env.NATS_URL }).then(async (connection) => {
  const reply = await connection.request(subject, payload, { timeout: 10_000 });
  process.stdout.write(reply.string());
  await connection.close();
});`;

const steps = documentSteps('vips-without-pods.md');

/** What differs from run to run; as wide as it was, for the sake of columns. */
const timeless = (text: string): string =>
  text
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, (time) => 'T'.repeat(time.length))
    .replace(/"(id|position)":"[^"]*"/g, '"$1":"*"');

const missing = [
  ...['curl', 'jq', 'ovn-nbctl', 'nats-server'].filter((program) => !isInstalled(program)),
  ...(existsSync(NORTHBOUND_SCHEMA) ? [] : [NORTHBOUND_SCHEMA]),
];
const skipReason = missing.length > 0 ? `${missing.join(', ')} not installed` : undefined;

function isInstalled(program: string): boolean {
  try {
    execFileSync('which', [program], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const describeOrSkip = skipReason === undefined ? describe : describe.skip;

describeOrSkip(`Vips without Pods${skipReason === undefined ? '' : ` [skipped: ${skipReason}]`}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-vips-'));
  const stops: (() => unknown)[] = [];
  let shell: Shell;

  beforeAll(async () => {
    const nats: NatsServer = await startNatsServer(folder);
    stops.push(() => nats.stop());
    const northbound = await startOvsdbServer({ schema: NORTHBOUND_SCHEMA });
    stops.push(() => northbound.stop());
    const controlPlane: ControlPlaneProcess = await startControlPlane({
      store: `sqlite:${join(folder, 'ledger.db')}`,
      nats: nats.url,
      northbound: northbound.unix,
    });
    stops.push(() => controlPlane.stop());
    const env = {
      HOLDFAST: controlPlane.http,
      HOLDFAST_SERVER: controlPlane.http,
      NATS_URL: nats.url,
      OVN_NB_DB: northbound.unix,
    };
    const holdfast = `require(${JSON.stringify(CLI)});`;
    shell = new Shell(folder, env, { nats: NATS, holdfast });
    stops.push(() => shell.stop());
  }, 90_000);

  afterAll(async () => {
    for (const stop of stops.reverse()) await stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('are what their document shows', async () => {
    expect(steps.length).toBeGreaterThan(25);
    const seen: Step[] = [];
    for (const { command, shown } of steps) seen.push({ command, shown: await see(command, shown) });
    expect(seen).toEqual(steps.map(({ command, shown }) => ({ command, shown: timeless(shown) })));
  }, 120_000);

  async function see(command: string, shown: string): Promise<string> {
    let seen = timeless(await shell.type(command));
    if (!READS.test(command)) return seen;
    const isAsShown = async () => {
      if (seen !== timeless(shown)) seen = timeless(await shell.type(command));
      return seen === timeless(shown) || undefined;
    };
    await until(command, isAsShown, FOLLOWS_WITHIN_MS).catch(() => undefined);
    return seen;
  }
});
