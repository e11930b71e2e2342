// A restart of the control plane on a ledger of 100,000 reservations: until it serves, beside just reading the store.
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { startControlPlane } from '@holdfast/infra/servers/control-plane';
import { type Figure, median, timed, together } from './figure';
import { define, openLedger, reserve, subnetLoop } from './ledger';

const RESERVATIONS = 100_000;
const ROUNDS = 3;

export async function restarting(folder: string): Promise<Figure[]> {
  const own = mkdtempSync(join(folder, 'restart-'));
  try {
    const file = join(own, 'ledger.db');
    await fill(file);
    const read: number[] = [];
    const served: number[] = [];
    const empty: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      read.push(await timed(() => readAll(file)));
      served.push(await untilServed(`sqlite:${file}`));
      empty.push(await untilServed('memory:'));
    }
    const figure = (what: string, samples: readonly number[]): Figure => ({
      what,
      measured: median(samples),
      limit: median(read),
      limitName: 'just reading the store',
      unit: 'ms',
    });
    return [
      figure(`control plane start on ${RESERVATIONS} reservations, until it serves`, served),
      figure('the same on an empty ledger', empty),
    ];
  } finally {
    rmSync(own, { recursive: true, force: true });
  }
}

async function fill(file: string): Promise<void> {
  const store = await openLedger(file);
  const loop = subnetLoop(store);
  await define(loop, 'net', '10.0.0.0/8');
  await together(512, RESERVATIONS, (index) => reserve(loop, 'net', index));
  await store.close();
}

async function readAll(file: string): Promise<void> {
  const store = await openLedger(file);
  let events = 0;
  for await (const page of store.readAll(undefined)) events += page.length;
  await store.close();
  if (events !== RESERVATIONS + 1) throw new Error(`${events} events were read`);
}

async function untilServed(store: string): Promise<number> {
  const startMs = performance.now();
  const controlPlane = await startControlPlane({ store });
  const ms = performance.now() - startMs;
  await controlPlane.stop();
  return ms;
}
