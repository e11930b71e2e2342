// How somebody who follows the log goes on, says that it does not, and ends: over a store that fails, hangs, or holds what
// cannot be read.
import { SeededChance, VirtualClock } from '@holdfast/clock/testing';
import {
  type EventStore,
  MemoryEventStore,
  type NewEvent,
  NO_STREAM,
  type RecordedEvent,
  StoreFault,
} from '@holdfast/event-store';
import { LogFollower } from './log-follower';
import { LedgerReader, STORE_SILENT_MS } from './ledger-reader';
import { UnreadableEvent } from './ledger-fact';

const AT_MS = Date.parse('2026-01-01T00:00:00Z');

let ids = 0;
function event(type: string, atMs = AT_MS, data: object = {}): NewEvent {
  ids += 1;
  const id = `00000000-0000-4000-8000-${String(ids).padStart(12, '0')}`;
  const metadata = { atMs, issuedAtMs: atMs, actor: 'ann', through: 'http', commandId: id };
  return { id, type, data: JSON.stringify(data), metadata: JSON.stringify(metadata) };
}

/** A store whose reads do what `behave` says. */
function world(behave: { fault?: StoreFault; hangs?: boolean } = {}) {
  const clock = new VirtualClock(AT_MS);
  const memory = new MemoryEventStore();
  const store: EventStore = {
    append: memory.append.bind(memory),
    readStream: memory.readStream.bind(memory),
    readAll: async function* (...order) {
      if (behave.hangs) await new Promise<void>((resolve) => clock.after(3_600_000, resolve));
      if (behave.fault) throw behave.fault;
      yield* memory.readAll(...order);
    },
    onAppend: memory.onAppend.bind(memory),
    close: memory.close.bind(memory),
  };
  return { clock, memory, store, behave, chance: new SeededChance(1) };
}

const away = new StoreFault('store-unavailable', 'the store is away', true);

it('says once that it fails and once that it works, and since when it may not know what is there', async () => {
  const { clock, store, chance, behave, memory } = world();
  const changes: string[] = [];
  const reader = new LedgerReader({
    ...{ store, clock, chance },
    onFailing: () => void changes.push(reader.failing ? 'fails' : 'works'),
  });
  await reader.start();
  await clock.advance(60_000);
  expect([reader.failing, reader.unreadSinceMs]).toEqual([undefined, undefined]);
  behave.fault = away;
  await clock.advance(3_600_000);
  expect(changes).toEqual(['fails']);
  expect(reader.failing).toMatchObject({ fault: away });
  expect(reader.failing!.sinceMs - (AT_MS + 60_000)).toBeLessThanOrEqual(1_000);
  expect(Math.abs(reader.unreadSinceMs! - (AT_MS + 60_000))).toBeLessThanOrEqual(1_000);
  behave.fault = undefined;
  await memory.append('other-stream', NO_STREAM, [event('Foreign:1')]);
  await clock.advance(5_000);
  expect([changes, reader.failing, reader.unreadSinceMs]).toEqual([['fails', 'works'], undefined, undefined]);
  await reader.stop();
});

it('knows of a store that does not answer at all', async () => {
  const { clock, store, chance, behave } = world();
  const reader = new LedgerReader({ store, clock, chance });
  await reader.start();
  behave.hangs = true;
  await clock.advance(1_000 + STORE_SILENT_MS);
  expect(reader.silentMs).toBeGreaterThanOrEqual(STORE_SILENT_MS);
  expect(reader.unreadSinceMs).toBeDefined();
  const stopped = reader.stop();
  await clock.advance(3_600_000);
  await stopped;
});

it('knows the oldest event that it is not done with, however long that takes', async () => {
  const { clock, store, chance, memory } = world();
  const pages: RecordedEvent[][] = [];
  let isStuck = true;
  const follower = new LogFollower({
    ...{ store, clock, chance },
    onPage: (page) => {
      if (isStuck) throw new Error('nobody takes it');
      pages.push([...page]);
    },
  });
  void follower.start();
  await memory.append('vip-web', NO_STREAM, [event('VipNameClaimed:1')]);
  await clock.advance(86_400_000);
  expect(follower.pending.map(({ position }) => position)).toEqual(['1']);
  expect(follower.failing).toMatchObject({ fault: new Error('nobody takes it') });
  isStuck = false;
  await clock.advance(5_000);
  expect([pages.length, follower.pending, follower.failing]).toEqual([1, [], undefined]);
  await follower.stop();
});

describe('an event that cannot be read', () => {
  const unknown =
    /BlockReserved:7 at position 1 \(subnet-blue, version 0\).*not known to this version.*newer one/;

  it('ends the start, with what it is and where it stands', async () => {
    const { clock, store, chance, memory } = world();
    await memory.append('subnet-blue', NO_STREAM, [event('BlockReserved:7')]);
    const reader = new LedgerReader({ store, clock, chance });
    const started = reader.start();
    await expect(started).rejects.toThrow(unknown);
    await expect(started).rejects.toBeInstanceOf(UnreadableEvent);
    await reader.stop();
  });

  it.each([
    ['whose type nobody knows', event('BlockReserved:7')],
    ['that is no JSON', { ...event('SubnetDefined:1'), data: '{' }],
    ['without who and when', { ...event('SubnetDefined:1'), metadata: 'null' }],
    ['that cannot have happened', event('AddressReserved:1', AT_MS, { holder: 'pod/a/b', v4: '10.0.0.1' })],
  ])('%s ends a view that was served', async (_, unreadable) => {
    const { clock, store, chance, memory } = world();
    const ends: string[] = [];
    const reader = new LedgerReader({ store, clock, chance });
    void reader.ended.then(({ message }) => ends.push(message));
    await reader.start();
    await memory.append('subnet-blue', NO_STREAM, [unreadable]);
    await clock.advance(60_000);
    expect(ends).toEqual([expect.stringContaining('position 1 (subnet-blue, version 0)')]);
    expect(reader.failing).toBeDefined();
    await reader.stop();
  });
});
