// A log behind the store's word: an older one is put back, somebody deletes or truncates a stream, or puts a forged event into one.
// Whatever the server then says, nothing is decided upon it, and the fault says what an administrator can do.
import { systemChance, systemClock } from '@holdfast/clock';
import { CommandLoop } from '../command-loop/command-loop';
import type { Decider } from '../command-loop/decider';
import type { LoopRefusal } from '../command-loop/loop-options';
import { openEventStoreDbEventStore } from '../eventstoredb-event-store';
import { type EventStore, type Position, StoreFault } from '../port/event-store';
import type { HasPlaneBoard } from '../planes/plane-board';
import type { RemembersReplies } from '../port/reply-store';
import { NOT_READY } from '../testing/eventstoredb/contract-faults';
import { sampleReply } from '../testing/harness/sample-replies';
import { EventStoreDbContractServer } from '../testing/eventstoredb-contract-server';

type Taken = { readonly type: 'Taken'; readonly number: number };

/** Gives out the next number; `peek` tells without taking. */
const numbers: Decider<number, 'take' | 'look', Taken, number, string> = {
  category: 'numbers',
  initial: () => 0,
  evolve: (_, { number }) => number,
  decide: (command, last) =>
    command === 'look'
      ? { events: [], reply: last }
      : { events: [{ type: 'Taken', number: last + 1 }], reply: last + 1 },
  replyTo: ({ number }) => number,
  codec: {
    encode: ({ number }) => ({ type: 'Taken.v1', data: JSON.stringify(number) }),
    decode: ({ data }) => ({ type: 'Taken', number: JSON.parse(data) as number }),
  },
};

const STREAM = 'numbers-a';
const CORRUPT = { code: 'store-corrupt', retryable: false };

let server: EventStoreDbContractServer;
let stores: (EventStore & RemembersReplies & HasPlaneBoard)[];

beforeEach(async () => {
  server = await EventStoreDbContractServer.start();
  stores = [];
});
afterEach(async () => {
  await Promise.all(stores.map((store) => store.close()));
  server.goAway();
});

/** A plane of its own. */
function plane() {
  const time = { clock: systemClock, chance: systemChance };
  const store = openEventStoreDbEventStore({ connectionString: server.connectionString, ...time });
  stores.push(store);
  const refuse = ({ code }: LoopRefusal): string => code;
  const loop = new CommandLoop(numbers, { store, ...time, refuse, hasOtherWriters: true });
  const execute = (command: 'take' | 'look', id = 'a') =>
    loop.execute(id, { actor: { name: 'ann', through: 'http' }, command });
  const take = async (): Promise<number> => {
    const outcome = await execute('take');
    if (outcome.rejected !== undefined) throw new Error(outcome.rejected);
    return outcome.reply;
  };
  /** As a view follows the log. */
  let position: Position | undefined;
  const follow = async (): Promise<number> => {
    let count = 0;
    for await (const page of store.readAll(position)) {
      count += page.length;
      position = page[page.length - 1]!.position;
    }
    return count;
  };
  return {
    store,
    follow,
    takeFrom: (id: string) => execute('take', id),
    take,
    look: () => execute('look'),
    peek: () => loop.peek('a'),
  };
}

async function three() {
  const one = plane();
  for (const number of [1, 2, 3]) expect(await one.take()).toBe(number);
  return one;
}

const written = (): number => server.events.filter(({ stream }) => stream === STREAM).length;

describe('a running plane, when an older log answers', () => {
  it.each(['take', 'look', 'peek'] as const)('does not %s', async (what) => {
    const one = plane();
    await one.take();
    const then = server.endPosition;
    await one.take();
    await one.take();
    await server.restoreTo(then);
    // The first call finds the connection broken.
    await expect(one[what]()).rejects.toBeInstanceOf(StoreFault);
    for (let again = 0; again < 3; again += 1) await expect(one[what]()).rejects.toMatchObject(CORRUPT);
    expect(written()).toBe(1);
  });

  it('does not go on where another plane has grown it past the old end', async () => {
    const one = plane();
    await one.take();
    const then = server.endPosition;
    await one.take();
    await server.restoreTo(then);
    const other = plane();
    for (const number of [2, 3, 4]) expect(await other.take()).toBe(number);
    for (const what of ['take', 'look', 'peek'] as const)
      await expect(one[what]()).rejects.toMatchObject(CORRUPT);
    expect(written()).toBe(4);
  });

  it('does not go on upon an empty one, and does when the right one is back', async () => {
    const one = await three();
    const kept = server;
    kept.goAway();
    server = await EventStoreDbContractServer.start({ port: kept.port });
    await expect(one.take()).rejects.toBeInstanceOf(StoreFault);
    await expect(one.take()).rejects.toMatchObject(CORRUPT);
    expect(written()).toBe(0);
    server.goAway();
    server = kept;
    await kept.comeBack();
    await expect(one.take().catch(() => one.take())).resolves.toBe(4);
  });

  it('does not begin a stream either that it never saw', async () => {
    const one = plane();
    await one.take();
    const then = server.endPosition;
    await one.take();
    await server.restoreTo(then);
    await expect(one.takeFrom('b')).rejects.toBeInstanceOf(StoreFault);
    for (let again = 0; again < 2; again += 1) await expect(one.takeFrom('b')).rejects.toMatchObject(CORRUPT);
    expect(server.events.filter(({ stream }) => stream === 'numbers-b')).toEqual([]);
  });

  it.each([
    ['shorter', 0],
    ['grown past the old end', 5],
  ])('follows it no further: %s', async (_, more) => {
    const one = plane();
    await one.take();
    const then = server.endPosition;
    await one.take();
    expect(await one.follow()).toBe(2);
    expect(await one.follow()).toBe(0);
    await server.restoreTo(then);
    const other = plane();
    for (let at = 0; at < more; at += 1) await other.take();
    await expect(one.follow()).rejects.toBeInstanceOf(StoreFault);
    for (let again = 0; again < 2; again += 1) await expect(one.follow()).rejects.toMatchObject(CORRUPT);
  });

  it('is told so of a place in the log where none of its records begins', async () => {
    const { store } = await three();
    const [first] = server.events;
    const inside = String(first!.position + 7n);
    const read = async (): Promise<void> => {
      for await (const page of store.readAll(`${inside}/${inside}`)) expect(page).toEqual([]);
    };
    await expect(read()).rejects.toMatchObject(CORRUPT);
  });
});

it('misses nothing of what stands beside the log, wherever an administrator deletes it', async () => {
  const one = await three();
  const saysItLives = (beat: number) =>
    one.store.planes.announce({
      ...{ incarnation: 'i', version: '1', level: 1, state: 'serving', beat, atMs: Date.now() },
    });
  const remember = (id: string) => one.store.replies.remember([sampleReply('s', id)], -Infinity);
  await Promise.all([saysItLives(1), remember('a')]);
  const beside = new Set(server.events.map(({ stream }) => stream).filter((stream) => stream !== STREAM));
  expect(beside.size).toBe(2);
  /** A call that failed makes the next one look for the last place in the log. */
  const takesAfterAFault = async (number: number): Promise<void> => {
    server.faults.refuseNext(NOT_READY);
    await expect(one.take()).rejects.toMatchObject({ code: 'store-unavailable' });
    expect(await one.take()).toBe(number);
  };
  for (const stream of beside) server.setMetadata(stream, '{"$tb":9223372036854775807}');
  server.scavenge();
  await takesAfterAFault(4);
  await Promise.all([saysItLives(2), remember('b')]);
  expect(await one.store.planes.read()).toMatchObject([{ incarnation: 'i', beat: 2 }]);
  expect(await plane().store.planes.read()).toMatchObject([{ incarnation: 'i', beat: 2 }]);
  expect(await one.store.replies.recall('s', 'b')).toEqual(sampleReply('s', 'b'));
  for (const stream of beside) server.tombstone(stream);
  server.scavenge();
  await takesAfterAFault(5);
});

describe('a stream that somebody', () => {
  const DELETED = '{"$tb":9223372036854775807}';

  it.each([
    ['deleted', DELETED],
    ['deleted, and wrote metadata to once', DELETED, '{}'],
    ['truncated in part', '{"$tb":2}'],
    ['truncated beyond its end', '{"$tb":99}'],
    ['allows two events of', '{"$maxCount":2}'],
  ])('%s is not begun anew, by whoever comes', async (_, ...metadata) => {
    const one = await three();
    for (const text of metadata) server.setMetadata(STREAM, text);
    const restarted = plane();
    const all = await Promise.allSettled([1, 2, 3].map(() => restarted.take()));
    expect(all.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    await expect(restarted.take()).rejects.toMatchObject({
      ...CORRUPT,
      message: expect.stringContaining('writing {} to $$numbers-a twice') as string,
    });
    expect(written()).toBe(3);
    // Who has it in memory has all of it, and what it needs to see is its end.
    const seen = await one.look().catch((fault: StoreFault) => fault.code);
    expect([{ reply: 3 }, 'store-corrupt']).toContainEqual(
      typeof seen === 'string' ? seen : { reply: 'reply' in seen && seen.reply },
    );
    server.setMetadata(STREAM, '{}');
    server.setMetadata(STREAM, '{}');
    expect(await plane().take()).toBe(4);
  });

  it('deleted while it is loaded takes what was decided upon it, and nothing more', async () => {
    const one = await three();
    server.setMetadata(STREAM, DELETED);
    expect(await one.take()).toBe(4);
    for (let again = 0; again < 2; again += 1) await expect(plane().take()).rejects.toMatchObject(CORRUPT);
  });

  it('scavenged after it was truncated is not taken for a shorter one', async () => {
    await three();
    server.setMetadata(STREAM, '{"$tb":2}');
    server.scavenge();
    await expect(plane().take()).rejects.toMatchObject(CORRUPT);
  });

  it('put a forged event into is not folded', async () => {
    await three();
    const [, , last] = server.events;
    const forged = { type: 'Taken.v1', data: Buffer.from('7'), metadata: last!.metadata };
    server.seed(STREAM, forged);
    await expect(plane().take()).rejects.toMatchObject({
      ...CORRUPT,
      message: 'the event 3 of numbers-a does not follow upon the one before it',
    });
    expect(written()).toBe(4);
  });
});
