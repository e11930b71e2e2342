import { SeededChance, VirtualClock } from '@holdfast/clock/testing';
import { CommandLoop } from './command-loop';
import type { LoopRefusal } from './loop-options';
import type { Decider } from './decider';
import { NO_PREDECESSOR, firstBrokenLink, readMetadata } from '../envelope/event-envelope';
import { type EventStore, type RecordedEvent, StoreFault } from '../port/event-store';
import { MemoryEventStore } from '../memory-event-store';

/** A counter that refuses to pass 3 and has nothing to do when asked for 0. */
type Count = { readonly type: 'Counted'; readonly by: number };
const counter: Decider<number, number, Count, { total: string }, string> = {
  category: 'counter',
  initial: () => 0,
  evolve: (total, { by }) => total + by,
  decide: (by, total) =>
    total + by > 3
      ? { rejected: `${total} + ${by} is too much` }
      : {
          events: by === 0 ? [] : [{ type: 'Counted', by }],
          reply: { total: by === 0 ? `still ${total}` : `by ${by}` },
        },
  replyTo: ({ by }) => ({ total: `by ${by}` }),
  codec: {
    encode: ({ by }) => ({ type: 'Counted.v1', data: JSON.stringify({ by }) }),
    decode: ({ data }) => ({ type: 'Counted', ...JSON.parse(data) }) as Count,
  },
};

const HOUR_MS = 3_600_000;
const actor = { name: 'ann', through: 'http' } as const;

function given(store: EventStore = new MemoryEventStore(), clock = new VirtualClock()) {
  const refuse = ({ code }: LoopRefusal): string => code;
  const restart = () =>
    new CommandLoop(counter, { store, clock, chance: new SeededChance(1), refuse, windowMs: 24 * HOUR_MS });
  return { store, clock, restart, loop: restart() };
}

async function everything(store: EventStore): Promise<RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  for await (const page of store.readAll(undefined)) events.push(...page);
  return events;
}

describe('the command loop', () => {
  it('decides in the order of arrival and answers each command with its own position', async () => {
    const { loop } = given();
    const outcomes = await Promise.all([1, 2, 1, 0].map((command) => loop.execute('a', { actor, command })));
    expect(outcomes).toMatchObject([
      { reply: { total: 'by 1' }, position: '1' },
      { reply: { total: 'by 2' }, position: '2' },
      { rejected: '3 + 1 is too much' },
      { reply: { total: 'still 3' }, position: '2' },
    ]);
  });

  it('gathers what comes while an append is under way into one append', async () => {
    const store = new MemoryEventStore();
    const append = jest.spyOn(store, 'append');
    const { loop } = given(store);
    await Promise.all([1, 1, 1].map((command) => loop.execute('a', { actor, command })));
    expect(append.mock.calls.map(([, expected, events]) => [expected, events.length])).toEqual([[-1, 3]]);
  });

  it('chains each event to the one before and shows the first link that was tampered with', async () => {
    const { loop, store } = given();
    for (const command of [1, 1, 1]) await loop.execute('a', { actor, command });
    const events = await everything(store);
    expect(events.map((event) => readMetadata(event).previous)[0]).toBe(NO_PREDECESSOR);
    expect(firstBrokenLink(events, NO_PREDECESSOR)).toBeUndefined();
    const tampered = events.map((event, at) => (at === 1 ? { ...event, data: '{"by":2}' } : event));
    expect(firstBrokenLink(tampered, NO_PREDECESSOR)?.version).toBe(1);
  });

  describe('a command that comes again', () => {
    const again = (clock: VirtualClock, command: number, commandId = 'c1') => ({
      commandId,
      issuedAtMs: clock.now(),
      actor,
      command,
    });

    it.each(['in the same process', 'after a restart'])('gets its first reply %s', async (when) => {
      const { loop, restart, clock, store } = given();
      const envelope = again(clock, 1);
      const first = await loop.execute('a', envelope);
      await loop.execute('a', { actor, command: 1 });
      await clock.advance(HOUR_MS);
      const second = await (when === 'after a restart' ? restart() : loop).execute('a', envelope);
      expect(second).toEqual(first);
      expect(await everything(store)).toHaveLength(2);
    });

    it('gets its first reply while the first is still under way', async () => {
      const { loop, clock, store } = given();
      const envelope = again(clock, 1);
      const [first, second] = await Promise.all([loop.execute('a', envelope), loop.execute('a', envelope)]);
      expect(second).toEqual(first);
      expect(await everything(store)).toHaveLength(1);
    });

    it.each(['in the same process', 'after a restart'])(
      'gets its first refusal %s, though it could be accepted by now',
      async (when) => {
        const { loop, restart, clock, store } = given();
        await loop.execute('a', { actor, command: 3 });
        const envelope = again(clock, 1);
        const refused = await loop.execute('a', envelope);
        expect(refused).toEqual({ commandId: 'c1', rejected: '3 + 1 is too much' });
        await loop.execute('a', { actor, command: -3 });
        await clock.advance(24 * HOUR_MS);
        const later = when === 'after a restart' ? restart() : loop;
        expect(await later.execute('a', envelope)).toEqual(refused);
        expect(await later.execute('a', { ...envelope, command: 2 })).toMatchObject({
          rejected: 'CommandIdReused',
        });
        expect(await later.recall('a', envelope)).toEqual(refused);
        expect(await everything(store)).toHaveLength(2);
        await clock.advance(1);
        expect(await later.execute('a', envelope)).toMatchObject({ rejected: 'CommandExpired' });
      },
    );

    it('is told after a restart what was already so, as of then', async () => {
      const { loop, restart, clock } = given();
      await loop.execute('a', { actor, command: 2 });
      const first = await loop.execute('a', again(clock, 0));
      expect(first).toMatchObject({ reply: { total: 'still 2' }, position: '1' });
      await loop.execute('a', { actor, command: 1 });
      expect(await restart().execute('a', again(clock, 0))).toEqual(first);
    });

    it('is told of the future for good, also when that has come', async () => {
      const { loop, restart, clock } = given();
      const envelope = { ...again(clock, 1), issuedAtMs: clock.now() + HOUR_MS };
      const first = await loop.execute('a', envelope);
      expect(first).toMatchObject({ rejected: 'CommandFromFuture' });
      await clock.advance(HOUR_MS);
      expect(await loop.execute('a', envelope)).toEqual(first);
      expect(await restart().execute('a', envelope)).toEqual(first);
    });

    it('may be the same id in another stream: that is another command', async () => {
      const { loop, clock } = given();
      await loop.execute('a', { actor, command: 3 });
      expect(await loop.execute('a', again(clock, 1))).toMatchObject({ rejected: '3 + 1 is too much' });
      expect(await loop.execute('b', again(clock, 1))).toMatchObject({ reply: { total: 'by 1' } });
    });

    it('is refused when the id comes with another command', async () => {
      const { loop, clock, restart } = given();
      await loop.execute('a', again(clock, 1));
      expect(await loop.execute('a', again(clock, 2))).toMatchObject({ rejected: 'CommandIdReused' });
      expect(await restart().execute('a', again(clock, 2))).toMatchObject({ rejected: 'CommandIdReused' });
    });

    it('is refused when it was issued before the window', async () => {
      const { loop, clock, store } = given();
      const envelope = again(clock, 1);
      await loop.execute('a', envelope);
      await clock.advance(24 * HOUR_MS + 1);
      expect(await loop.execute('a', envelope)).toMatchObject({ rejected: 'CommandExpired' });
      expect(await everything(store)).toHaveLength(1);
    });

    it('is remembered for the whole window, however many windows the stream has lived', async () => {
      const { loop, clock } = given();
      for (let round = 0; round < 6; round += 1) {
        const envelope = again(clock, round % 2 === 0 ? 1 : -1, `c${round}`);
        const first = await loop.execute('a', envelope);
        await clock.advance(24 * HOUR_MS);
        expect(await loop.execute('a', envelope)).toEqual(first);
      }
    });

    describe('after a clock that was ahead for days is set back', () => {
      async function setBack() {
        const { loop, clock, store } = given();
        const first = again(clock, 1, 'first');
        await loop.execute('a', first);
        for (const id of ['ahead', 'further', 'furthest']) {
          clock.step(25 * HOUR_MS);
          await loop.execute('a', again(clock, id === 'further' ? -1 : 1, id));
        }
        clock.step(-3 * 25 * HOUR_MS);
        await clock.advance(1000);
        return { loop, clock, store, first };
      }

      it('decides no command anew, be it forgotten or found again', async () => {
        const { loop, clock, store, first } = await setBack();
        // While the stream is busy it is not loaded anew.
        const busy = Array.from({ length: 3 }, (_, at) => loop.execute('a', again(clock, -1, `busy-${at}`)));
        const outcome = await loop.execute('a', first);
        await Promise.all(busy);
        expect(outcome.rejected ?? outcome.position).toMatch(/^(CommandExpired|1)$/);
        const ids = (await everything(store)).map((event) => readMetadata(event).commandId);
        expect(ids.filter((id) => id === 'first')).toEqual(['first']);
      });

      it('takes what is issued from then on', async () => {
        const { loop, clock } = await setBack();
        for (let hour = 0; hour < 200; hour += 1) {
          const outcome = await loop.execute('a', again(clock, hour % 2 === 0 ? -1 : 1, `later-${hour}`));
          expect(outcome).toMatchObject({ reply: {} });
          await clock.advance(HOUR_MS);
        }
      });
    });
  });

  it('refuses a command from too far in the future, which the window could not cover', async () => {
    const { loop, clock } = given();
    // In figures: a bound that moves with the code is none.
    const issuedAtMs = clock.now() + 5 * 60_000;
    const aheadBy = (ms: number) =>
      loop.execute('a', { commandId: `c${ms}`, issuedAtMs: issuedAtMs + ms, actor, command: 1 });
    expect(await aheadBy(1)).toMatchObject({ rejected: 'CommandFromFuture' });
    expect(await aheadBy(0)).toMatchObject({ reply: { total: 'by 1' } });
  });

  it('never lets time run backwards along a stream', async () => {
    const { loop, clock, store } = given();
    await loop.execute('a', { actor, command: 1 });
    clock.step(-HOUR_MS);
    await loop.execute('a', { actor, command: 1 });
    const [first, second] = (await everything(store)).map((event) => readMetadata(event).atMs);
    expect(second).toBe(first);
  });

  it('decides anew upon what another writer appended in between', async () => {
    const { loop, restart, store } = given();
    const other = restart();
    await loop.execute('a', { actor, command: 1 });
    await other.execute('a', { actor, command: 2 });
    expect(await loop.execute('a', { actor, command: 1 })).toMatchObject({ rejected: '3 + 1 is too much' });
    expect((await everything(store)).map(({ version }) => version)).toEqual([0, 1]);
  });

  describe('when the store fails', () => {
    /** A store whose n-th append fails, before or after it was done. */
    function failing(appendAt: number, when: 'before' | 'after', code: StoreFault['code']): EventStore {
      const store = new MemoryEventStore();
      const append = store.append.bind(store);
      let appends = 0;
      store.append = async (...args) => {
        appends += 1;
        if (appends === appendAt && when === 'before') throw new StoreFault(code, 'lost', true);
        const result = await append(...args);
        if (appends === appendAt) throw new StoreFault(code, 'lost', true);
        return result;
      };
      return store;
    }

    it.each(['before', 'after'] as const)('finds out a reply that was lost %s the append', async (when) => {
      const { loop, store } = given(failing(1, when, 'append-outcome-unknown'));
      expect(await loop.execute('a', { actor, command: 1 })).toMatchObject({ position: '1' });
      expect(await everything(store)).toHaveLength(1);
    });

    it('tells every caller of the batch, and decides the next upon what is really there', async () => {
      const { loop, store } = given(failing(1, 'before', 'store-full'));
      const both = [1, 2].map((command) => loop.execute('a', { actor, command }));
      for (const outcome of await Promise.allSettled(both))
        expect(outcome).toMatchObject({ reason: { code: 'store-full' } });
      expect(await loop.execute('a', { actor, command: 3 })).toMatchObject({ reply: { total: 'by 3' } });
      expect(await everything(store)).toHaveLength(1);
    });
  });

  it('splits what is too long for one append', async () => {
    const store = new MemoryEventStore();
    const append = jest.spyOn(store, 'append');
    const longWinded = {
      ...counter,
      codec: {
        ...counter.codec,
        encode: () => ({ type: 'Counted.v1', data: `{"by":0,"why":"${'x'.repeat(200_000)}"}` }),
      },
    };
    const { clock } = given();
    const loop = new CommandLoop(longWinded, { store, clock, chance: new SeededChance(1), refuse: String });
    await Promise.all([-1, -1, -1].map((command) => loop.execute('a', { actor, command })));
    expect(append.mock.calls.map(([, , events]) => events.length)).toEqual([2, 1]);
  });
});
