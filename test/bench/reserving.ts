// Durable reservations in process: how many a second, and how long one takes.
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { commitsPerSecond, fsyncMs } from './disk';
import { type Figure, median, percentile, timed, together } from './figure';
import { beRefused, define, type Loop, openLedger, reserve, subnetLoop } from './ledger';

const CALLERS = 256;
const RESERVATIONS = 150_000;
const SEQUENTIAL = 3_000;

export async function reserving(folder: string): Promise<Figure[]> {
  const commits = commitsPerSecond(folder);
  const measured = new Map<number, number>();
  const rate = async (subnets: number): Promise<Figure> => ({
    what: `durable reservations/s, in process, ${CALLERS} callers, ${subnets} subnet${subnets > 1 ? 's' : ''}`,
    measured: await into(measured, subnets, perSecond(folder, subnets, reserve)),
    limit: commits,
    limitName: 'one fsync a commit (bare SQLite)',
    unit: '/s',
    atLeast: 12,
  });
  const refusals = async (subnets: number): Promise<Figure> => ({
    what: `remembered refusals/s, in process, ${CALLERS} callers, ${subnets} subnet${subnets > 1 ? 's' : ''}`,
    measured: await perSecond(folder, subnets, beRefused),
    limit: measured.get(subnets) as number,
    limitName: 'durable reservations/s, the same way',
    unit: '/s',
    atLeast: 0.5,
  });
  return [
    ...[await rate(1), await refusals(1), await rate(64), await refusals(64)],
    ...(await sequential(folder)),
  ];
}

async function into(all: Map<number, number>, key: number, coming: Promise<number>): Promise<number> {
  const value = await coming;
  all.set(key, value);
  return value;
}

type Command = (loop: Loop, name: string, index: number) => Promise<void>;

async function perSecond(folder: string, subnets: number, command: Command): Promise<number> {
  return within(folder, async (file) => {
    const store = await openLedger(file);
    const loop = subnetLoop(store);
    for (let at = 0; at < subnets; at += 1) await define(loop, `net-${at}`, '10.0.0.0/8');
    const one = (index: number) => command(loop, `net-${index % subnets}`, index);
    await together(CALLERS, 20_000, one);
    const ms = await timed(() => together(CALLERS, RESERVATIONS, (index) => one(20_000 + index)));
    await store.close();
    return (RESERVATIONS / ms) * 1000;
  });
}

async function sequential(folder: string): Promise<Figure[]> {
  const fsync = fsyncMs(folder);
  const samples = await within(folder, async (file) => {
    const store = await openLedger(file);
    const loop = subnetLoop(store);
    await define(loop, 'net', '10.0.0.0/8');
    for (let index = 0; index < 500; index += 1) await reserve(loop, 'net', index);
    const times: number[] = [];
    for (let index = 500; index < 500 + SEQUENTIAL; index += 1)
      times.push(await timed(() => reserve(loop, 'net', index)));
    await store.close();
    return times;
  });
  const against = { limit: fsync, limitName: 'one fsync', unit: 'ms' };
  return [
    { what: 'one caller, one durable reservation, p50', measured: median(samples), ...against, atMost: 2.5 },
    { what: 'one caller, one durable reservation, p99', measured: percentile(samples, 99), ...against },
  ];
}

async function within<Found>(folder: string, run: (file: string) => Promise<Found>): Promise<Found> {
  const own = mkdtempSync(join(folder, 'ledger-'));
  try {
    return await run(join(own, 'ledger.db'));
  } finally {
    rmSync(own, { recursive: true });
  }
}
