// The control plane as a process whose machine's clock is wrong at its start, or is set while it runs: what it records, decides and
// tells, and when it does not start. The cluster's API server is another clock.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { timestampFromMs, timestampMs } from '@bufbuild/protobuf/wkt';
import { HttpClient } from '@holdfast/api/http-client';
import { type ControlPlaneProcess, startControlPlane } from '@holdfast/infra/servers/control-plane';
import { untilEqual } from './until-equal';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const YEARS_MS = 3652 * DAY_MS;

/** A server that does nothing but tell the time in its answers' heads, as the API server does. */
class ApiServerClock {
  offMs = 0;
  private server: Server | undefined;
  private port = 0;

  async start(): Promise<void> {
    const server = createServer((_, response) => {
      response.setHeader('date', new Date(Date.now() + this.offMs).toUTCString());
      response.setHeader('content-type', 'application/json');
      response.end('{}');
    });
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    this.port = (server.address() as AddressInfo).port;
    this.server = server;
  }

  async stop(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    server?.closeAllConnections();
    await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)));
  }

  get kubeconfig(): string {
    const cluster = { server: `http://127.0.0.1:${this.port}`, 'insecure-skip-tls-verify': true };
    return JSON.stringify({
      ...{ clusters: [{ name: 'c', cluster }], users: [{ name: 'u', user: {} }] },
      ...{ contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }], 'current-context': 'x' },
    });
  }
}

/** One machine, with one ledger; processes come and go. */
class ClockedMachine {
  private readonly folder = mkdtempSync(join(tmpdir(), 'holdfast-clocks-'));
  private readonly shiftFile = join(this.folder, 'shift');
  private running: ControlPlaneProcess | undefined;
  log = '';

  set(shiftMs: number): void {
    writeFileSync(this.shiftFile, String(shiftMs));
  }

  async start(flags: Record<string, string> = {}, env: NodeJS.ProcessEnv = {}): Promise<HttpClient> {
    await this.stop();
    const preload = `--require ${join(__dirname, 'shifted-clock.cjs')}`;
    this.log = '';
    this.running = await startControlPlane(
      { store: `sqlite:${join(this.folder, 'ledger.db')}`, roles: 'gateway,reservation', ...flags },
      (text) => (this.log += text),
      { ...process.env, NODE_OPTIONS: preload, SHIFTED_CLOCK_FILE: this.shiftFile, ...env },
    );
    return new HttpClient({ baseUrl: this.running.http });
  }

  cluster(api: ApiServerClock): Record<string, string> {
    const file = join(this.folder, 'kubeconfig');
    writeFileSync(file, api.kubeconfig);
    return { kubeconfig: file };
  }

  async readyz(): Promise<{ trouble: Record<string, string>; notes: Record<string, string[]> }> {
    return (await (await fetch(`${this.running?.http}/readyz`)).json()) as never;
  }

  async stop(): Promise<number | null | undefined> {
    const { running } = this;
    this.running = undefined;
    return running?.stop();
  }

  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

let ids = 0;
/** As a caller sends a command whose clock is right. */
const issued = () => ({
  options: { commandId: `c${(ids += 1)}`, issuedAt: timestampFromMs(Date.now()) },
});

async function codeOf(call: Promise<{ rejected?: { code: string } | undefined }>): Promise<string> {
  return (await call).rejected?.code ?? 'accepted';
}

const reserve = (client: HttpClient, holder: string, options: object = issued()) =>
  codeOf(client.call('ReserveAddress', { subnet: 'net', holder, ...options }));
const release = (client: HttpClient, holder: string) =>
  codeOf(client.call('ReleaseAddress', { subnet: 'net', holder, reason: 'over', ...issued() }));

async function define(client: HttpClient): Promise<void> {
  expect(await codeOf(client.call('DefineSubnet', { name: 'net', cidrs: ['10.0.0.0/29'] }))).toBe('accepted');
}

async function holdersNow(client: HttpClient): Promise<string[]> {
  const at = timestampFromMs(Date.now());
  const { reply } = await client.call('WhoHeld', { address: '10.0.0.2', at });
  return (reply?.holdings ?? []).map(({ reservation }) => reservation?.holder ?? '');
}

/** When each event of the holder was recorded, in milliseconds from now. */
async function agesOf(client: HttpClient, holder: string): Promise<number[]> {
  const { reply } = await client.call('GetHistory', { subject: { case: 'holder', value: holder } });
  return (reply?.events ?? []).map(({ time }) => Date.now() - timestampMs(time as never));
}

/** A process takes a second to start, and many times that where all cores are busy. */
jest.setTimeout(240_000);

describe('a process', () => {
  let machine: ClockedMachine;
  let api: ApiServerClock;
  beforeEach(() => {
    machine = new ClockedMachine();
    machine.set(0);
    api = new ApiServerClock();
  });
  afterEach(async () => {
    await machine.remove();
    await api.stop();
  });

  it('goes on working on a ledger that was written with a clock ten years ahead', async () => {
    machine.set(YEARS_MS);
    const ahead = await machine.start();
    await define(ahead);
    expect(await reserve(ahead, 'pod/default/a', {})).toBe('accepted');
    machine.set(0);
    const client = await machine.start();
    expect(await holdersNow(client)).toEqual(['pod/default/a']);
    expect(await release(client, 'pod/default/a')).toBe('accepted');
    expect(await reserve(client, 'pod/default/b')).toBe('accepted');
    expect(await holdersNow(client)).toEqual([]);
    for (const age of await agesOf(client, 'pod/default/b')) expect(Math.abs(age)).toBeLessThan(MINUTE_MS);
    const { reply } = await client.call('GetStatus', {});
    expect(reply?.clock).toMatchObject({
      ...{ trouble: '', notes: [expect.stringMatching(/events of a time to come/)] },
    });
    expect((await machine.readyz()).notes['clock']).toHaveLength(1);
  });

  it.each([YEARS_MS, 6 * MINUTE_MS, -6 * MINUTE_MS, -YEARS_MS])(
    'never records a step of %d ms under it, and tells it',
    async (stepMs) => {
      const client = await machine.start();
      await define(client);
      expect(await reserve(client, 'pod/default/a')).toBe('accepted');
      machine.set(stepMs);
      await untilEqual('told', true, async () => 'clock' in (await machine.readyz()).trouble);
      expect(await reserve(client, 'pod/default/b')).toBe('accepted');
      expect(await reserve(client, 'pod/default/c', {})).toBe('accepted');
      expect(await release(client, 'pod/default/a')).toBe('accepted');
      for (const holder of ['a', 'b', 'c'])
        for (const age of await agesOf(client, `pod/default/${holder}`))
          expect(Math.abs(age)).toBeLessThan(MINUTE_MS);
      const { reply } = await client.call('GetStatus', {});
      expect(reply?.clock?.trouble).toMatch(/^clock-stepped: .*(ahead of|behind) the time/);
      machine.set(0);
      await untilEqual('trouble', {}, async () => (await machine.readyz()).trouble);
      expect(await holdersNow(client)).toEqual([]);
      await machine.stop();
      expect(machine.log).toMatch(/the clock stepped[\s\S]*the clock is back/);
    },
  );

  it('starts after sixty idle days, and after a year only when told to, or when another clock agrees', async () => {
    await define(await machine.start());
    await machine.stop();
    machine.set(60 * DAY_MS);
    await machine.start();
    await machine.stop();
    machine.set(460 * DAY_MS);
    await expect(machine.start()).rejects.toThrow(/more than a year before[^]*--accept-clock/);
    api.offMs = 460 * DAY_MS;
    await api.start();
    await machine.start(machine.cluster(api));
    await machine.stop();
    machine.set(900 * DAY_MS);
    const client = await machine.start({}, { HOLDFAST_ACCEPT_CLOCK: 'true' });
    expect(await reserve(client, 'pod/default/a', {})).toBe('accepted');
  });

  it('does not start with a clock that another one contradicts, and records nothing', async () => {
    await api.start();
    for (const shiftMs of [HOUR_MS, -YEARS_MS]) {
      machine.set(shiftMs);
      const start = machine.start(machine.cluster(api));
      await expect(start).rejects.toThrow(/(ahead of|behind) what the API server[^]*--accept-clock/);
    }
    machine.set(HOUR_MS);
    await machine.start(machine.cluster(api), { HOLDFAST_ACCEPT_CLOCK: 'true' });
    machine.set(4 * MINUTE_MS);
    const client = await machine.start(machine.cluster(api));
    expect((await client.call('GetStatus', {})).reply?.clock?.trouble).toBe('');
  });

  it('ends when the first clock that it hears after its start contradicts', async () => {
    await api.start();
    const cluster = machine.cluster(api);
    await api.stop();
    machine.set(DAY_MS);
    await machine.start(cluster);
    await api.start();
    const ends = (): boolean => /the clock is wrong; this process ends/.test(machine.log);
    await untilEqual('ends', true, ends, 20_000);
    const isUp = (): Promise<boolean> =>
      machine.readyz().then(
        () => true,
        () => false,
      );
    await untilEqual('up', false, isUp, 20_000);
  });

  it('takes a step that another clock confirms', async () => {
    api.offMs = HOUR_MS;
    await api.start();
    const cluster = machine.cluster(api);
    await api.stop();
    await machine.start(cluster);
    machine.set(HOUR_MS);
    await untilEqual('told', true, async () => 'clock' in (await machine.readyz()).trouble);
    await api.start();
    await untilEqual('trouble', {}, async () => (await machine.readyz()).trouble, 20_000);
    expect(machine.log).toContain('another clock confirms the step');
  });
});
