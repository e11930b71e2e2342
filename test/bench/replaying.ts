// Replay: folding a million events from SQLite, beside just reading and decoding those rows; and what a million
// reservations weigh in memory.
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { LedgerView, subnet } from '@holdfast/ipam';
import { type EventStore, readMetadata } from '@holdfast/event-store';
import { type Figure, median, timed, together } from './figure';
import { define, openLedger, reserve, subnetLoop } from './ledger';

const EVENTS = 1_000_000;
const ROUNDS = 3;

export async function replaying(folder: string): Promise<Figure[]> {
  const own = mkdtempSync(join(folder, 'replay-'));
  try {
    const file = join(own, 'ledger.db');
    await fill(file);
    const store = await openLedger(file);
    const read: number[] = [];
    const fold: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      read.push(await timed(() => justRead(file)));
      fold.push(await timed(() => foldAll(store)));
    }
    const bytes = await weigh(store);
    await store.close();
    const perSecond = (samples: readonly number[]): number => (EVENTS / median(samples)) * 1000;
    return [
      {
        what: `replay (fold) of ${EVENTS} events from SQLite`,
        measured: perSecond(fold),
        limit: perSecond(read),
        limitName: 'just reading and decoding the rows',
        unit: '/s',
        atLeast: 0.6,
      },
      {
        what: `memory of ${EVENTS} reservations, to decide upon (loop)`,
        measured: bytes.loop,
        limit: 500,
        limitName: 'the limit',
        unit: 'B each',
        atMost: 1,
      },
      {
        what: `memory of ${EVENTS} reservations, to read from (view)`,
        measured: bytes.view,
        limit: 500,
        limitName: 'the limit',
        unit: 'B each',
        atMost: 1,
      },
    ];
  } finally {
    rmSync(own, { recursive: true });
  }
}

async function fill(file: string): Promise<void> {
  const store = await openLedger(file);
  const loop = subnetLoop(store);
  await define(loop, 'net', '10.0.0.0/8');
  await together(512, EVENTS - 1, (index) => reserve(loop, 'net', index));
  await store.close();
}

/** One thread, one statement, JSON.parse of what stands there: nothing less is reading. */
function justRead(file: string): void {
  const database = new DatabaseSync(file, { readOnly: true });
  let events = 0;
  for (const row of database.prepare('SELECT * FROM commits ORDER BY position').iterate()) {
    events += decodeCommit(row);
  }
  database.close();
  if (events !== EVENTS) throw new Error(`read ${events} events`);
}

function decodeCommit(row: Record<string, unknown>): number {
  const events = JSON.parse(row['body'] as string) as [
    id: string,
    type: string,
    data: string,
    metadata: string,
  ][];
  for (const [, , data, metadata] of events) {
    JSON.parse(data);
    JSON.parse(metadata);
  }
  return events.length;
}

async function foldAll(store: EventStore): Promise<unknown> {
  const state = subnet.initial('net');
  for await (const page of store.readAll(undefined)) {
    for (const recorded of page)
      subnet.evolve(state, subnet.codec.decode(recorded), readMetadata(recorded).atMs);
  }
  return state;
}

async function weigh(store: EventStore): Promise<{ loop: number; view: number }> {
  const { gc } = globalThis as { gc?: () => void };
  if (!gc) throw new Error('to weigh memory, node must run with --expose-gc');
  const used = (): number => {
    gc();
    const { heapUsed, external, arrayBuffers } = process.memoryUsage();
    return heapUsed + external + arrayBuffers;
  };
  const kept: unknown[] = [];
  const before = used();
  const loop = subnetLoop(store);
  await loop.peek('net');
  kept.push(loop);
  const withLoop = used();
  const view = new LedgerView();
  for await (const page of store.readAll(undefined)) {
    for (const recorded of page) {
      const { atMs } = readMetadata(recorded);
      view.apply({ subnet: 'net', event: subnet.codec.decode(recorded), atMs, position: recorded.position });
    }
  }
  kept.push(view);
  const withView = used();
  if (kept.length !== 2) throw new Error('what is weighed must be alive');
  return { loop: (withLoop - before) / EVENTS, view: (withView - withLoop) / EVENTS };
}
