import { SeededChance, VirtualClock } from '@holdfast/clock/testing';
import { CommandIndex } from '../replies/command-index';
import { CommandLoop } from './command-loop';
import type { Decider } from './decider';
import { NO_PREDECESSOR, firstBrokenLink } from '../envelope/event-envelope';
import { type EventStore, type RecordedEvent, StoreFault } from '../port/event-store';
import { MemoryEventStore } from '../memory-event-store';

type Taken = { readonly type: 'Taken'; readonly seat: number };

/** Seats, each given once, the lowest first; seat 13 brings down whoever decides it, and nobody may have seat 99. */
const seats: Decider<number[], number | 'any', Taken, number, string> = {
  category: 'row',
  initial: () => [],
  evolve: (taken, { seat }) => [...taken, seat],
  decide: (request, taken) => {
    if (request === 13) throw new TypeError('a bug');
    if (request === 99) return { rejected: 'not 99' };
    const seat = request === 'any' ? taken.length : request;
    return taken.includes(seat)
      ? { rejected: `${seat} is taken` }
      : { events: [{ type: 'Taken', seat }], reply: seat };
  },
  replyTo: ({ seat }) => seat,
  codec: {
    encode: ({ seat }) => ({ type: 'Taken.v1', data: JSON.stringify({ seat }) }),
    decode: ({ data }) => ({ type: 'Taken', ...JSON.parse(data) }) as Taken,
  },
};

const clock = new VirtualClock();
const actor = { name: 'ann', through: 'http' } as const;

/** A store whose appends wait until they are let through, or fail instead. */
function gated() {
  const store = new MemoryEventStore();
  const append = store.append.bind(store);
  const gates: PromiseWithResolvers<void>[] = [];
  store.append = async (...args) => {
    const gate = Promise.withResolvers<void>();
    gates.push(gate);
    await gate.promise;
    return append(...args);
  };
  const through = async (): Promise<void> => {
    gates.shift()?.resolve();
    await settled();
  };
  const fail = async (): Promise<void> => {
    gates.shift()?.reject(new StoreFault('store-full', 'full', true));
    await settled();
  };
  return { store, append, inFlight: () => gates.length, through, fail };
}

/** Until nothing is left to do but what waits for a gate. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function loopOn(store: EventStore) {
  const decide = jest.spyOn(seats, 'decide');
  const options = { store, clock, chance: new SeededChance(1), refuse: String };
  return { loop: new CommandLoop(seats, options), decide };
}

async function historyOf(store: EventStore): Promise<RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  for await (const page of store.readStream('row-a', 0)) events.push(...page);
  return events;
}

afterEach(() => jest.restoreAllMocks());

describe('while an append is in flight', () => {
  it('decides what comes, and sends it, as one, only when the first has landed', async () => {
    const { store, inFlight, through } = gated();
    const { loop, decide } = loopOn(store);
    const first = loop.execute('a', { actor, command: 'any' });
    await settled();
    const later = [loop.execute('a', { actor, command: 'any' })];
    await settled();
    later.push(loop.execute('a', { actor, command: 'any' }));
    await settled();
    expect([decide.mock.calls.length, inFlight()]).toEqual([3, 1]);
    await through();
    await expect(first).resolves.toMatchObject({ reply: 0, position: '1' });
    expect(inFlight()).toBe(1);
    await through();
    expect(await Promise.all(later)).toMatchObject([
      { reply: 1, position: '2' },
      { reply: 2, position: '3' },
    ]);
    expect(firstBrokenLink(await historyOf(store), NO_PREDECESSOR)).toBeUndefined();
  });

  it('tells nobody what was decided upon it before it has landed', async () => {
    const { store, through } = gated();
    const { loop } = loopOn(store);
    const answers: unknown[] = [];
    const tell = (outcome: unknown) => answers.push(outcome);
    void loop.execute('a', { actor, command: 7 }).then(tell);
    await settled();
    void loop.execute('a', { actor, command: 7 }).then(tell);
    await settled();
    expect(answers).toEqual([]);
    await through();
    expect(answers).toMatchObject([{ reply: 7 }, { rejected: '7 is taken' }]);
  });

  it('divides a crowd in two, so that one half is decided while the other is written', async () => {
    const { store, through } = gated();
    const { loop } = loopOn(store);
    const crowd = Array.from({ length: 200 }, () => loop.execute('a', { actor, command: 'any' as const }));
    await settled();
    await through();
    expect(await historyOf(store)).toHaveLength(100);
    await through();
    expect((await Promise.all(crowd)).map((outcome) => 'reply' in outcome && outcome.reply)).toEqual(
      Array.from({ length: 200 }, (_, seat) => seat),
    );
  });
});

describe('when what is in flight fails', () => {
  it('decides anew what was decided upon it, and tells only its own callers', async () => {
    const { store, through, fail } = gated();
    const { loop } = loopOn(store);
    const first = loop.execute('a', { actor, command: 'any' });
    await settled();
    const second = loop.execute('a', { actor, command: 'any' });
    await settled();
    void fail();
    await expect(first).rejects.toMatchObject({ code: 'store-full' });
    await settled();
    await through();
    expect(await second).toMatchObject({ reply: 0, position: '1' });
    expect(firstBrokenLink(await historyOf(store), NO_PREDECESSOR)).toBeUndefined();
  });

  it('lets nothing land upon another writer that appended as many events as it had', async () => {
    const { store, append, through } = gated();
    const { loop } = loopOn(store);
    const first = loop.execute('a', { actor, command: 'any' });
    await settled();
    const second = loop.execute('a', { actor, command: 'any' });
    await settled();
    // By then the second one's expected version would be right, though nothing else about it is.
    const other = new MemoryEventStore();
    await loopOn(other).loop.execute('a', { actor: { ...actor, name: 'bob' }, command: 0 });
    await append('row-a', -1, await historyOf(other));
    await through();
    await through();
    expect(await Promise.all([first, second])).toMatchObject([{ reply: 1 }, { reply: 2 }]);
    const events = await historyOf(store);
    expect(events.map(({ data }) => data)).toEqual(['{"seat":0}', '{"seat":1}', '{"seat":2}']);
    expect(firstBrokenLink(events, NO_PREDECESSOR)).toBeUndefined();
  });

  it('gives up after too many conflicts, and serves the next', async () => {
    const store = new MemoryEventStore();
    const append = jest.spyOn(store, 'append').mockResolvedValue({ outcome: 'conflict', actual: 5 });
    const { loop } = loopOn(store);
    await expect(loop.execute('a', { actor, command: 1 })).rejects.toMatchObject({ code: 'contended' });
    expect(append).toHaveBeenCalledTimes(16);
    append.mockRestore();
    expect(await loop.execute('a', { actor, command: 1 })).toMatchObject({ reply: 1 });
  });

  it('counts conflicts only since an append last landed: who is overtaken now and then is served for ever', async () => {
    const store = new MemoryEventStore();
    const append = store.append.bind(store);
    let conflicts = 0;
    store.append = (...args) => {
      conflicts = (conflicts + 1) % 16;
      return conflicts === 0 ? append(...args) : Promise.resolve({ outcome: 'conflict', actual: 5 });
    };
    const { loop } = loopOn(store);
    for (const seat of [1, 2, 3])
      expect(await loop.execute('a', { actor, command: seat })).toMatchObject({ reply: seat });
  });
});

describe('more streams than are kept', () => {
  it('never cost the loop of one that is busy', async () => {
    const { store, inFlight, through } = gated();
    const options = { store, clock, chance: new SeededChance(1), refuse: String, streamsKeptMax: 1 };
    const loop = new CommandLoop(seats, options);
    const envelope = { actor, command: 'any', commandId: 'c', issuedAtMs: clock.now() } as const;
    const first = loop.execute('a', envelope);
    await settled();
    for (const other of ['b', 'c']) await loop.execute(other, { actor, command: 99 });
    const [again, next] = [loop.execute('a', envelope), loop.execute('a', { actor, command: 'any' })];
    await settled();
    // A second loop of the stream would have sent both by now, beside the first.
    expect(inFlight()).toBe(1);
    await through();
    expect(await again).toEqual(await first);
    await through();
    expect(await next).toMatchObject({ reply: 1 });
  });

  it('are forgotten when they are idle, and read again', async () => {
    const store = new MemoryEventStore();
    const read = jest.spyOn(store, 'readStream');
    const options = { store, clock, chance: new SeededChance(1), refuse: String, streamsKeptMax: 1 };
    const loop = new CommandLoop(seats, options);
    for (const stream of ['a', 'b', 'a', 'a']) await loop.execute(stream, { actor, command: 'any' });
    expect(read.mock.calls.map(([stream]) => stream)).toEqual(['row-a', 'row-b', 'row-a']);
  });
});

it('fails only the command that has met a bug', async () => {
  const { store, through } = gated();
  const { loop } = loopOn(store);
  const air = loop.execute('a', { actor, command: 'any' });
  await settled();
  const all = Promise.allSettled([1, 13, 99, 2].map((command) => loop.execute('a', { actor, command })));
  await settled();
  await through();
  await through();
  expect(await air).toMatchObject({ reply: 0 });
  expect(await all).toMatchObject([
    { value: { reply: 1, position: '2' } },
    { reason: { message: 'a bug' } },
    { value: { rejected: 'not 99' } },
    { value: { reply: 2, position: '3' } },
  ]);
});

describe('a command that comes again while others are under way', () => {
  it('gets its first reply, and does not hold them up', async () => {
    const { store, through } = gated();
    const { loop } = loopOn(store);
    const again = { commandId: 'c1', issuedAtMs: clock.now(), actor, command: 5 };
    const first = loop.execute('a', again);
    await settled();
    await through();
    const others = [loop.execute('a', { actor, command: 1 })];
    await settled();
    others.push(loop.execute('a', { actor, command: 2 }));
    const second = loop.execute('a', again);
    others.push(loop.execute('a', { actor, command: 3 }));
    await settled();
    await through();
    await through();
    expect(await second).toEqual(await first);
    expect(await Promise.all(others)).toMatchObject([{ reply: 1 }, { reply: 2 }, { reply: 3 }]);
    expect(await historyOf(store)).toHaveLength(4);
  });

  it('fails alone when the store cannot be read', async () => {
    const store = new MemoryEventStore();
    const { loop } = loopOn(store);
    const again = { commandId: 'c1', issuedAtMs: clock.now(), actor, command: 5 };
    await loop.execute('a', again);
    const read = jest.spyOn(store, 'readStream').mockImplementation(() => {
      throw new StoreFault('store-unavailable', 'gone', true);
    });
    const both = await Promise.allSettled([
      loop.execute('a', again),
      loop.execute('a', { actor, command: 6 }),
    ]);
    expect(both).toMatchObject([{ reason: { code: 'store-unavailable' } }, { value: { reply: 6 } }]);
    read.mockRestore();
    expect(await loop.execute('a', again)).toMatchObject({ reply: 5 });
  });

  it('is not looked for among what is not durable yet', async () => {
    const { store, through } = gated();
    const { loop } = loopOn(store);
    const [one, other] = collidingIds();
    const first = loop.execute('a', { commandId: one, issuedAtMs: clock.now(), actor, command: 5 });
    await settled();
    const second = loop.execute('a', { commandId: other, issuedAtMs: clock.now(), actor, command: 6 });
    await settled();
    await through();
    await through();
    expect(await Promise.all([first, second])).toMatchObject([{ reply: 5 }, { reply: 6 }]);
  });
});

const nameOf = (number: number): string => Math.imul(number, 0x9e3779b1).toString(36);

/** By search: of some hundred thousand names two have the same 32 bits. */
function collidingIds(): [string, string] {
  const index = new CommandIndex(1);
  for (let at = 0; ; at += 1) {
    const id = nameOf(at);
    const [other] = index.candidates(id);
    if (other !== undefined) return [nameOf(other), id];
    index.add(id, at, 0);
  }
}

describe('an answer that leads to no event', () => {
  const counting = {
    ...seats,
    decide: (request: number | 'any', taken: number[], moment: never) =>
      request === 98 ? { rejected: `${taken.length} are taken` } : seats.decide(request, taken, moment),
  };

  it.each([
    [true, '2 are taken'],
    [false, '1 are taken'],
  ])('is asked of the store as well where there are other writers: %s', async (hasOtherWriters, rejected) => {
    const store = new MemoryEventStore();
    const options = {
      store,
      clock,
      chance: new SeededChance(1),
      refuse: ({ code }: { code: string }) => code,
    };
    const [mine, another] = [1, 2].map(() => new CommandLoop(counting, { ...options, hasOtherWriters }));
    expect(await mine!.execute('a', { actor, command: 1 })).toMatchObject({ reply: 1 });
    expect(await another!.execute('a', { actor, command: 2 })).toMatchObject({ reply: 2 });
    expect((await mine!.peek('a')).length).toBe(hasOtherWriters ? 2 : 1);
    expect(await mine!.execute('a', { actor, command: 98 })).toMatchObject({ rejected });
    const envelope = { actor, command: 3, commandId: 'theirs', issuedAtMs: clock.now() };
    const answer = await another!.execute('a', envelope);
    expect(await mine!.recall('a', envelope)).toEqual(hasOtherWriters ? answer : undefined);
  });
});

describe('a look at the state where there are other writers', () => {
  it.each([
    ['has what they appended', 'another', [2]],
    ['has what is in flight', 'mine', [1]],
  ])('while an append is in flight: %s', async (_, whoLands, seen) => {
    const { store, append, through } = gated();
    const options = {
      store,
      clock,
      chance: new SeededChance(1),
      refuse: ({ code }: { code: string }) => code,
    };
    const mine = new CommandLoop(seats, { ...options, hasOtherWriters: true });
    expect(await mine.peek('a')).toEqual([]);
    const asked = mine.execute('a', { actor, command: 1 });
    await settled();
    if (whoLands === 'another') {
      const ungated = Object.assign(Object.create(store) as EventStore, { append });
      const another = new CommandLoop(seats, { ...options, store: ungated });
      await another.execute('a', { actor, command: 2 });
    }
    expect(await mine.peek('a')).toEqual(seen);
    for (let round = 0; round < 2; round += 1) await through();
    expect(await asked).toMatchObject({ reply: 1 });
    expect(await mine.peek('a')).toEqual([...seen.filter((seat) => seat !== 1), 1]);
  });
});

it('tells a command of several events that comes again what its last event says', async () => {
  const pairs = {
    ...seats,
    decide: (_: unknown, taken: number[]) => ({
      events: [0, 1].map((next) => ({ type: 'Taken' as const, seat: taken.length + next })),
      reply: taken.length + 1,
    }),
  };
  const store = new MemoryEventStore();
  const options = { store, clock, chance: new SeededChance(1), refuse: ({ code }: { code: string }) => code };
  const envelope = { actor, command: 'any' as const, commandId: 'twice', issuedAtMs: clock.now() };
  const first = await new CommandLoop(pairs, options).execute('a', envelope);
  expect(first).toMatchObject({ reply: 1 });
  expect(await new CommandLoop(pairs, options).execute('a', envelope)).toEqual(first);
});
