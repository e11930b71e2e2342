// How fast rows are written, beside what the same server program takes from a bare socket in the same run. The
// machine is never quiet, so the two take turns, and the median of each counts, after one turn to warm up.
import { formatAddress } from '@holdfast/ipam';
import { NorthboundLab } from './northbound-lab';
import { RawNorthbound, rawPorts, rawSwitches } from './raw-northbound';
import { TestLedger } from './test-ledger';

export interface BuildFigures {
  readonly ports: number;
  readonly switches: number;
  /** Ours, from the moment when it may write until the last row is known to be there. */
  readonly rowsPerS: number;
  readonly transactions: number;
  /** From a bare socket, at the size that is best for it. */
  readonly rawRowsPerS: number;
  readonly rawRowsPerTransaction: number;
  /** `rowsPerS / rawRowsPerS`, median of the rounds. */
  readonly ratio: number;
}

export interface BuildOptions {
  /** Default 10,000. */
  readonly ports?: number;
  /** Default 10. */
  readonly switches?: number;
  /** Default 7. */
  readonly rounds?: number;
}

const RAW_SIZES = [50, 100, 200, 500];

/** Builds ports from nothing, each time on a fresh server. */
export async function measureBuild(options: BuildOptions = {}): Promise<BuildFigures> {
  const { ports = 10_000, switches = 10, rounds = 7 } = options;
  const ledger = ledgerOf(ports, switches);
  const { transactions } = await buildOnce(ledger);
  const rawRowsPerTransaction = await bestRawSize(ledger);
  const ours: number[] = [];
  const raw: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    raw.push(await buildRaw(ledger, rawRowsPerTransaction));
    ours.push((await buildOnce(ledger)).rowsPerS);
  }
  return {
    ports,
    switches,
    rowsPerS: median(ours),
    transactions,
    rawRowsPerS: median(raw),
    rawRowsPerTransaction,
    ratio: median(ours.map((rowsPerS, round) => rowsPerS / raw[round]!)),
  };
}

async function bestRawSize(ledger: TestLedger): Promise<number> {
  const figures: { readonly size: number; readonly rowsPerS: number }[] = [];
  for (const size of [...RAW_SIZES, ...RAW_SIZES])
    figures.push({ size, rowsPerS: await buildRaw(ledger, size) });
  return figures.reduce((best, each) => (each.rowsPerS > best.rowsPerS ? each : best)).size;
}

export interface SingleFigures {
  /** From the fact to the row, one at a time: median, milliseconds. */
  readonly p50Ms: number;
  /** The server's own time for the same row from a bare socket: median, milliseconds. */
  readonly rawP50Ms: number;
}

/** One fact at a time, into a Northbound that has `ports` already. */
export async function measureSingle(ports = 10_000, facts = 300): Promise<SingleFigures> {
  const lab = await NorthboundLab.start();
  const ledger = ledgerOf(ports, 10);
  ledger.define('single', '10.99.0.0/16');
  const reconciler = lab.reconciler(ledger);
  await reconciler.whenSettled();
  const raw = await RawNorthbound.connect(lab.server.unix);
  const oursMs: number[] = [];
  const rawMs: number[] = [];
  for (let fact = 0; fact < facts; fact += 1) {
    const startedMs = performance.now();
    ledger.reserve('single', `single-${fact}`);
    await reconciler.whenSettled();
    oursMs.push(performance.now() - startedMs);
    const port = { name: `raw-${fact}`, switchName: 'single', address: '10.99.255.1' };
    rawMs.push(await raw.time(rawPorts([port], 1)));
  }
  raw.close();
  await lab.stop();
  return { p50Ms: median(oursMs), rawP50Ms: median(rawMs) };
}

function ledgerOf(ports: number, switches: number): TestLedger {
  const ledger = new TestLedger();
  for (let at = 0; at < switches; at += 1) {
    ledger.define(`switch-${at}`, `10.${at}.0.0/16`);
    const count = Math.floor(ports / switches) + (at < ports % switches ? 1 : 0);
    ledger.reserveAll(
      `switch-${at}`,
      Array.from({ length: count }, (_, vip) => `vip-${at}-${vip}`),
    );
  }
  return ledger;
}

async function buildOnce(ledger: TestLedger): Promise<{ rowsPerS: number; transactions: number }> {
  const lab = await NorthboundLab.start();
  await lab.client.whenConnected();
  const reconciler = lab.reconciler(ledger);
  while (!reconciler.status().isActive) await new Promise((resolve) => setImmediate(resolve));
  const startedMs = performance.now();
  await reconciler.whenSettled();
  const tookMs = performance.now() - startedMs;
  const { rowsWritten, transactions } = reconciler.status().counts;
  await lab.stop();
  return { rowsPerS: perSecond(rowsWritten, tookMs), transactions };
}

async function buildRaw(ledger: TestLedger, rowsPerTransaction: number): Promise<number> {
  const lab = await NorthboundLab.start();
  const raw = await RawNorthbound.connect(lab.server.unix);
  await raw.time([rawSwitches(Array.from(ledger.view.subnets(), ({ name }) => name))]);
  const ports = Array.from(ledger.view.vips(), ({ name, subnet, reservation: { v4 } }) => ({
    name,
    switchName: subnet.name,
    address: formatAddress(v4!),
  }));
  const tookMs = await raw.time(rawPorts(ports, rowsPerTransaction));
  raw.close();
  await lab.stop();
  return perSecond(ports.length, tookMs);
}

const perSecond = (rows: number, tookMs: number): number => Math.round((rows * 1000) / tookMs);

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
