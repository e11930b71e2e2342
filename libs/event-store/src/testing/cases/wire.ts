// A store at the other end of a wire: a lost reply is found out, never guessed, and an outage passes.
import { NO_STREAM } from '../../port/event-store';
import { type Cases, opened } from '../harness/cases';
import type { Ground, Interruptible, Losable } from '../harness/harness';
import { readWholeLog, readWholeStream } from '../harness/read-whole';
import { sampleEvents } from '../harness/sample-events';

export const LOST_MESSAGES: Cases<Ground & Losable> = {
  'is told when it may have been the reply, and sending the append again finds out': opened(
    async (store, { prefix, loseNextReply }) => {
      const stream = `${prefix}-a`;
      for (const [expected, count] of [
        [NO_STREAM, 1],
        [0, 3],
        [3, 1],
      ] as const) {
        const events = sampleEvents(stream, expected, count);
        loseNextReply();
        const unknown = { name: 'StoreFault', code: 'append-outcome-unknown' };
        await expect(store.append(stream, expected, events)).rejects.toMatchObject(unknown);
        const result = await store.append(stream, expected, events);
        const there = await readWholeStream(store, stream, expected + 1);
        expect(there.map(({ id }) => id)).toEqual(events.map(({ id }) => id));
        expect(result).toEqual({ outcome: 'appended', positions: there.map(({ position }) => position) });
      }
    },
  ),

  'that was the reply shows to another append at the same version who was there': opened(
    async (store, { prefix, loseNextReply }) => {
      const stream = `${prefix}-a`;
      loseNextReply();
      await expect(store.append(stream, NO_STREAM, sampleEvents(stream, NO_STREAM, 2))).rejects.toThrow();
      const other = await store.append(stream, NO_STREAM, sampleEvents(stream, NO_STREAM, 1, 'other'));
      expect(other).toEqual({ outcome: 'conflict', actual: 1 });
    },
  ),

  'that was the request leaves nothing behind': opened(async (store, { prefix, loseNextRequest }) => {
    const stream = `${prefix}-a`;
    const events = sampleEvents(stream, NO_STREAM, 2);
    loseNextRequest();
    await expect(store.append(stream, NO_STREAM, events)).rejects.toMatchObject({ name: 'StoreFault' });
    expect(await readWholeLog(store, prefix)).toEqual([]);
    expect(await store.append(stream, NO_STREAM, events)).toMatchObject({ outcome: 'appended' });
  }),

  'touches no append but its own': opened(async (store, { prefix, loseNextReply }) => {
    loseNextReply();
    const appends = Array.from({ length: 20 }, (_, index) =>
      store.append(`${prefix}-${index}`, NO_STREAM, sampleEvents(`${prefix}-${index}`, NO_STREAM, 1)),
    );
    const settled = await Promise.allSettled(appends);
    expect(settled.filter(({ status }) => status === 'rejected')).toHaveLength(1);
    expect(await readWholeLog(store, prefix)).toHaveLength(20);
  }),
};

export const OUTAGE: Cases<Ground & Interruptible> = {
  'is told as such and passes without a restart, and hints come again': opened(
    async (store, { prefix, goAway, comeBack }) => {
      const stream = `${prefix}-a`;
      await store.append(stream, NO_STREAM, sampleEvents(stream, NO_STREAM, 1));
      const hints = { count: 0 };
      store.onAppend(() => (hints.count += 1));
      await goAway();
      const unavailable = { name: 'StoreFault', code: 'store-unavailable', retryable: true };
      await expect(readWholeStream(store, stream)).rejects.toMatchObject(unavailable);
      const refused = { name: 'StoreFault', retryable: true };
      await expect(store.append(stream, 0, sampleEvents(stream, 0, 1))).rejects.toMatchObject(refused);
      await comeBack();
      const before = hints.count;
      for (let version = 0; version < 2 || hints.count === before; )
        version += await appendIfItCan(() => store.append(stream, version, sampleEvents(stream, version, 1)));
      expect((await readWholeStream(store, stream)).length).toBeGreaterThan(2);
    },
  ),
};

/** How many events were appended: a client takes a moment to notice that its server is back. */
async function appendIfItCan(append: () => Promise<unknown>): Promise<number> {
  try {
    await append();
    return 1;
  } catch {
    await new Promise((resolve) => setTimeout(resolve, 20));
    return 0;
  }
}
