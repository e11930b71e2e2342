// A stream a day, on the contract server: days that end, that an administrator deletes, and another server at the address.
import { SeededChance, VirtualClock } from '@holdfast/clock/testing';
import { MemoryEventStore } from '../memory-event-store';
import { openEventStoreDbEventStore } from '../eventstoredb-event-store';
import { EventStoreDbContractServer } from '../testing/eventstoredb-contract-server';
import { sampleReply } from '../testing/harness/sample-replies';
import { DayReplies } from './day-replies';

const HOUR_MS = 3_600_000;
const [TODAY, TOMORROW] = ['replies-2026-01-31', 'replies-2026-02-01'];
/** 2026-01-31T23:00:00Z: an hour before a day ends. */
const NOW_MS = Date.UTC(2026, 0, 31, 23);

const clockAt = (): VirtualClock => new VirtualClock(NOW_MS);
const opened: { close(): Promise<void> }[] = [];
let server: EventStoreDbContractServer;

beforeEach(async () => {
  server = await EventStoreDbContractServer.start();
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((store) => store.close()));
  server.goAway();
});

function plane(clock: VirtualClock) {
  const { connectionString } = server;
  const store = openEventStoreDbEventStore({ connectionString, clock, chance: new SeededChance(1) });
  opened.push(store);
  return store;
}

async function countIn(stream: string): Promise<number> {
  let count = 0;
  for await (const page of plane(clockAt()).readStream(stream, 0)) count += page.length;
  return count;
}

it('keeps a day’s replies in a stream of its own, and finds those of the day before', async () => {
  const clock = clockAt();
  const one = plane(clock);
  await one.replies.remember([sampleReply('s', 'a'), sampleReply('s', 'b')], -Infinity);
  await clock.advance(2 * HOUR_MS);
  await one.replies.remember([sampleReply('s', 'c')], -Infinity);
  expect([await countIn(TODAY), await countIn(TOMORROW)]).toEqual([2, 1]);
  await clock.advance(22 * HOUR_MS);
  for (const store of [one, plane(clock)]) {
    await store.replies.catchUp();
    for (const id of ['a', 'b', 'c'])
      expect(await store.replies.recall('s', id)).toEqual(sampleReply('s', id));
  }
});

it('misses nothing when the stream of a day that is over was deleted, in whole or in part', async () => {
  const clock = clockAt();
  const one = plane(clock);
  await one.replies.remember([sampleReply('s', 'a'), sampleReply('s', 'b')], -Infinity);
  for (const left of [1, 0]) {
    server.forget(TODAY, 1);
    for (const store of [one, plane(clock)]) {
      await store.replies.catchUp();
      expect(await store.replies.recall('s', 'a')).toBeUndefined();
      expect(await store.replies.recall('s', 'b')).toEqual(left === 1 ? sampleReply('s', 'b') : undefined);
    }
  }
  await clock.advance(2 * HOUR_MS);
  await one.replies.remember([sampleReply('s', 'c')], -Infinity);
  await one.replies.catchUp();
  expect(await one.replies.recall('s', 'c')).toEqual(sampleReply('s', 'c'));
});

/** A day's stream on a server that can be exchanged for another. */
function exchangeable() {
  const servers = [new MemoryEventStore(), new MemoryEventStore()] as const;
  const at = { server: 0 as 0 | 1 };
  const replies = new DayReplies({
    store: {
      append: (...args) => servers[at.server].append(...args),
      readStream: (...args) => servers[at.server].readStream(...args),
    },
    read: (stream, from) => servers[at.server].readStream(stream, from),
    clock: clockAt(),
    windowMs: 24 * HOUR_MS,
  });
  return { at, replies };
}

it.each([1, 3])(
  'tells nothing that was told on a wrong server once the right one is back: %d',
  async (count) => {
    const { at, replies } = exchangeable();
    await replies.remember([sampleReply('s', 'right')], -Infinity);
    at.server = 1;
    await replies.catchUp();
    for (let at = 0; at < count; at += 1)
      await replies.remember([sampleReply('s', `wrong-${at}`)], -Infinity);
    at.server = 0;
    await replies.catchUp();
    expect(await replies.recall('s', 'wrong-0')).toBeUndefined();
    expect(await replies.recall('s', 'right')).toEqual(sampleReply('s', 'right'));
    const anew = sampleReply('s', 'wrong-0', 7, 'anew');
    expect(await replies.remember([anew], -Infinity)).toEqual([anew]);
  },
);

it('gives up, and says that trying again may help, when others are always there first', async () => {
  const store = new MemoryEventStore();
  const replies = new DayReplies({
    store: {
      append: () => Promise.resolve({ outcome: 'conflict', actual: 0 }),
      readStream: (...args) => store.readStream(...args),
    },
    read: (stream, from) => store.readStream(stream, from),
    clock: clockAt(),
    windowMs: HOUR_MS,
  });
  await expect(replies.remember([sampleReply('s', 'a')], -Infinity)).rejects.toMatchObject({
    code: 'store-unavailable',
    retryable: true,
  });
});
