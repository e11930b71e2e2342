// The Northbound: how fast ports are built from nothing, and how soon after the acknowledgement a Vip has its row.
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { HttpClient } from '@holdfast/api/http-client';
import { systemChance, systemClock } from '@holdfast/clock';
import { startControlPlane } from '@holdfast/infra/servers/control-plane';
import { NorthboundReconciler, OvsdbNorthbound } from '@holdfast/ovn';
import { TestLedger, compareNumbers } from '@holdfast/ovn/testing';
import { NORTHBOUND_SCHEMA, startOvsdbServer } from '@holdfast/ovsdb/testing';
import { type Figure, median, timed } from './figure';
import { RawOvsdb } from './raw-ovsdb';

const PORTS = 10_000;
const ROUNDS = 3;
/** Sizes tried to find the best one, as many operators do. */
const BATCHES = [50, 100, 200];
const SAMPLES = 200;

export async function projecting(folder: string): Promise<Figure[]> {
  const raw = Math.max(...(await inRotation(BATCHES, (batch) => rawRowsPerSecond(batch))));
  const watched = Math.max(...(await inRotation(BATCHES, (batch) => rawRowsPerSecond(batch, watch))));
  const ours = median(await repeat(ROUNDS, reconcilerRowsPerSecond));
  const what = `Northbound rows/s, ${PORTS} ports built from nothing`;
  const best = `raw JSON-RPC, best of ${BATCHES.join(', ')} a transaction`;
  return [
    { what, measured: ours, limit: raw, limitName: best, unit: '/s', atLeast: 0.7 },
    // Whoever repairs drift watches; the server has one thread for both.
    {
      what: 'the same',
      measured: ours,
      limit: watched,
      limitName: 'the same raw, while one watches',
      unit: '/s',
    },
    await acknowledgedToRow(folder),
  ];
}

async function rawRowsPerSecond(batch: number, beside?: (remote: string) => Ending): Promise<number> {
  const server = await startOvsdbServer({ schema: NORTHBOUND_SCHEMA });
  const raw = await RawOvsdb.connect(server.unix);
  const end = beside?.(server.unix);
  await raw.transact([{ op: 'insert', table: 'Logical_Switch', row: { name: 'net' } }]);
  const ms = await timed(async () => {
    for (let from = 0; from < PORTS; from += batch) await raw.transact(rawPorts(from, batch));
  });
  await end?.();
  raw.close();
  await server.stop();
  return (PORTS / ms) * 1000;
}

type Ending = () => Promise<void>;

/** Only listens, to the columns that Holdfast listens to. */
function watch(remotes: string): Ending {
  const northbound = new OvsdbNorthbound({ remotes, clock: systemClock, chance: systemChance });
  const end = northbound.watch({ rowsChanged: () => undefined, stateChanged: () => undefined });
  return async () => {
    await end();
    await northbound.close();
  };
}

/** The rows that Holdfast writes, by hand. */
function rawPorts(from: number, count: number): object[] {
  const rows = Array.from({ length: count }, (_, at) => ({
    op: 'insert',
    table: 'Logical_Switch_Port',
    'uuid-name': `p${from + at}`,
    row: {
      name: `vip-${from + at}`,
      type: 'virtual',
      options: ['map', [['virtual-ip', `10.0.${(from + at) >> 8}.${(from + at) & 255}`]]],
      external_ids: [
        'map',
        [
          ['holdfast:key', `vip/vip-${from + at}/ipv4`],
          ['ls', 'net'],
          ['vendor', 'holdfast'],
        ],
      ],
    },
  }));
  const ports = ['set', rows.map((row) => ['named-uuid', row['uuid-name']])];
  const join = {
    op: 'mutate',
    table: 'Logical_Switch',
    where: [['name', '==', 'net']],
    mutations: [['ports', 'insert', ports]],
  };
  return [...rows, join];
}

async function reconcilerRowsPerSecond(): Promise<number> {
  const server = await startOvsdbServer({ schema: NORTHBOUND_SCHEMA });
  const ledger = new TestLedger();
  ledger.define('net', '10.0.0.0/16');
  const names = Array.from({ length: PORTS }, (_, at) => `vip-${at}`);
  ledger.reserveAll('net', names, { namespace: 'default' });
  const time = { clock: systemClock, chance: systemChance };
  const northbound = new OvsdbNorthbound({ remotes: server.unix, ...time });
  const reconciler = new NorthboundReconciler({
    northbound,
    view: ledger.view,
    ledger: ledger.process(),
    onFacts: (listener) => ledger.onFacts(listener),
    comparePositions: compareNumbers,
    ...time,
  });
  const ms = await timed(async () => {
    reconciler.start();
    await reconciler.whenSettled();
  });
  await reconciler.stop();
  await northbound.close();
  await server.stop();
  return (PORTS / ms) * 1000;
}

/** One Vip after another: from the reply of the command to the row, as a monitor of our own sees it. */
async function acknowledgedToRow(folder: string): Promise<Figure> {
  const own = mkdtempSync(join(folder, 'project-'));
  const server = await startOvsdbServer({ schema: NORTHBOUND_SCHEMA });
  const raw = await RawOvsdb.connect(server.unix);
  const controlPlane = await startControlPlane({
    store: `sqlite:${join(own, 'ledger.db')}`,
    northbound: server.unix,
  });
  const client = new HttpClient({ baseUrl: controlPlane.http });
  try {
    await client.call('DefineSubnet', { name: 'net', cidrs: ['10.0.0.0/16'] });
    const latencies: number[] = [];
    const bare: number[] = [];
    const watched = await raw.watchPortNames();
    for (let sample = 0; sample < SAMPLES; sample += 1) {
      const name = `vip-${sample}`;
      const seen = watched.untilSeen(name);
      const { rejected } = await client.call('ReserveVip', { name, subnet: 'net', namespace: 'default' });
      if (rejected) throw new Error(rejected.message);
      const acknowledgedMs = performance.now();
      latencies.push((await seen) - acknowledgedMs);
      bare.push(
        await timed(() =>
          raw.transact([{ op: 'insert', table: 'Address_Set', row: { name: `bare_${sample}` } }]),
        ),
      );
    }
    return {
      what: 'reserve acknowledged -> row in the Northbound, p50',
      measured: Math.max(0, median(latencies)),
      limit: median(bare),
      limitName: "the Northbound's own transaction",
      unit: 'ms',
      isDifference: true,
      atMost: 10,
    };
  } finally {
    raw.close();
    await controlPlane.stop();
    await server.stop();
    rmSync(own, { recursive: true, force: true });
  }
}

async function repeat(times: number, run: () => Promise<number>): Promise<number[]> {
  return inRotation(Array.from({ length: times }), run);
}

async function inRotation<Input>(
  inputs: readonly Input[],
  run: (input: Input) => Promise<number>,
): Promise<number[]> {
  const results: number[] = [];
  for (const input of inputs) results.push(await run(input));
  return results;
}
