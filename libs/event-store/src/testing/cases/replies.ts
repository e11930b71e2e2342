// Replies: what was told and left no event is recalled, the first time's, and is no part of the log.
import { NO_STREAM } from '../../port/event-store';
import { type Cases, opened } from '../harness/cases';
import type { Ground, Interruptible, Losable, Reachable } from '../harness/harness';
import { readWholeLog } from '../harness/read-whole';
import { sampleEvents } from '../harness/sample-events';
import { sampleReply } from '../harness/sample-replies';

export const RECALLING: Cases<Ground> = {
  'are recalled as they were remembered, each under its stream and command': opened(
    async ({ replies }, { prefix }) => {
      const all = ['a', 'b'].flatMap((stream) =>
        ['1', '2'].map((id) => sampleReply(`${prefix}-${stream}`, `${prefix}-${id}`)),
      );
      expect(await replies.remember(all, -Infinity)).toEqual(all);
      for (const reply of all) {
        expect(replies.mayHave(reply.commandId)).toBe(true);
        expect(await replies.recall(reply.stream, reply.commandId)).toEqual(reply);
      }
      expect(await replies.recall(`${prefix}-c`, `${prefix}-1`)).toBeUndefined();
      expect(await replies.recall(`${prefix}-a`, `${prefix}-3`)).toBeUndefined();
      expect(replies.forgottenUntilMs('ann')).toBe(-Infinity);
    },
  ),

  'stay as they were first, also among others that are new': opened(async ({ replies }, { prefix }) => {
    const [stream, id] = [`${prefix}-a`, `${prefix}-1`];
    const first = sampleReply(stream, id);
    await replies.remember([first], -Infinity);
    const [later, fresh] = [sampleReply(stream, id, 7, 'another'), sampleReply(stream, `${prefix}-2`)];
    expect(await replies.remember([fresh, later], -Infinity)).toEqual([fresh, first]);
    expect(await replies.recall(stream, id)).toEqual(first);
    expect(await replies.recall(stream, fresh.commandId)).toEqual(fresh);
  }),

  'are no part of the log': opened(async (store, { prefix }) => {
    const stream = `${prefix}-a`;
    const { replies } = store;
    await store.append(stream, NO_STREAM, sampleEvents(stream, NO_STREAM, 1));
    await Promise.all([
      replies.remember([sampleReply(stream, `${prefix}-1`)], -Infinity),
      store.append(stream, 0, sampleEvents(stream, 0, 2)),
      replies.remember([sampleReply(stream, `${prefix}-2`)], -Infinity),
    ]);
    expect(await readWholeLog(store, prefix)).toHaveLength(3);
    for await (const page of store.readAll(undefined))
      for (const { type } of page) expect(type).toBe('SampleTaken');
    expect(await store.append(stream, 2, sampleEvents(stream, 2, 1))).toMatchObject({ outcome: 'appended' });
  }),

  'are remembered many at a time, and large ones': opened(async ({ replies }, { prefix }) => {
    const many = Array.from({ length: 40 }, (_, round) =>
      Array.from({ length: 25 }, (__, at) =>
        sampleReply(
          `${prefix}-${at % 3}`,
          `${prefix}-${round}-${at}`,
          0,
          'x'.repeat(at === 0 ? 100_000 : 10),
        ),
      ),
    );
    await Promise.all(many.map((part) => replies.remember(part, -Infinity)));
    await replies.catchUp();
    for (const reply of many.flat().filter((_, at) => at % 17 === 0 || at % 25 === 0))
      expect(await replies.recall(reply.stream, reply.commandId)).toEqual(reply);
  }),

  'are refused once the store is closed': opened(async (store, { prefix }) => {
    const reply = sampleReply(`${prefix}-a`, `${prefix}-1`);
    await store.replies.remember([reply], -Infinity);
    await store.close();
    const closed = { name: 'StoreFault', code: 'store-closed' };
    await expect(store.replies.remember([{ ...reply, commandId: 'x' }], 0)).rejects.toMatchObject(closed);
    await expect(store.replies.recall(reply.stream, reply.commandId)).rejects.toMatchObject(closed);
    await expect(store.replies.catchUp()).rejects.toMatchObject(closed);
  }),
};

export const REPLIES_KEPT: Cases<Ground & Reachable> = {
  'are there when the store is opened again, and go on': async ({ prefix, open }) => {
    const stream = `${prefix}-a`;
    for (let round = 0; round < 3; round += 1) {
      const { replies, close } = await openedAt(open);
      await replies.remember([sampleReply(stream, `${prefix}-${round}`, round)], -Infinity);
      for (let before = 0; before <= round; before += 1)
        expect(await replies.recall(stream, `${prefix}-${before}`)).toEqual(
          sampleReply(stream, `${prefix}-${before}`, before),
        );
      await close();
    }
  },
};

async function openedAt(open: Ground['open']) {
  const store = await open();
  await store.replies.catchUp();
  return { replies: store.replies, close: () => store.close() };
}

export const SHARED_REPLIES: Cases<Ground> = {
  'of one process are recalled by the others, who caught up': opened(async (one, { prefix, open }) => {
    const other = await open();
    const reply = sampleReply(`${prefix}-a`, `${prefix}-1`);
    await other.replies.catchUp();
    await one.replies.remember([reply], -Infinity);
    await other.replies.catchUp();
    expect(other.replies.mayHave(reply.commandId)).toBe(true);
    expect(await other.replies.recall(reply.stream, reply.commandId)).toEqual(reply);
    await other.close();
  }),

  'of many that remember the same at once are the same': opened(async (one, { prefix, open }) => {
    const stores = [one, ...(await Promise.all([open(), open()]))];
    for (let round = 0; round < 10; round += 1) {
      const answers = await Promise.all(
        stores.map(({ replies }, at) =>
          replies.remember([sampleReply(`${prefix}-a`, `${prefix}-${round}`, 0, `of ${at}`)], -Infinity),
        ),
      );
      const [first] = answers;
      for (const other of answers) expect(other).toEqual(first);
    }
    await Promise.all(stores.slice(1).map((store) => store.close()));
  }),
};

export const LOST_REPLIES: Cases<Ground & Losable> = {
  'are remembered once when the answer is lost, and when the question is': opened(
    async ({ replies }, { prefix, loseNextReply, loseNextRequest }) => {
      for (const [at, lose] of [loseNextReply, loseNextRequest].entries()) {
        const reply = sampleReply(`${prefix}-a`, `${prefix}-${at}`);
        lose();
        // It may be found out, or be told to be unknown; either way there is one of it in the end.
        await replies.remember([reply], -Infinity).catch(() => undefined);
        await replies.catchUp();
        expect(await replies.remember([{ ...reply, outcome: '"another"' }], -Infinity)).toHaveLength(1);
        const [first] = await replies.remember([{ ...reply, outcome: '"a third"' }], -Infinity);
        expect(await replies.recall(reply.stream, reply.commandId)).toEqual(first);
      }
    },
  ),
};

export const REPLIES_OUTAGE: Cases<Ground & Interruptible> = {
  'are faults while the server is away, and recalled when it is back': opened(
    async ({ replies }, { prefix, goAway, comeBack }) => {
      const reply = sampleReply(`${prefix}-a`, `${prefix}-1`);
      await replies.remember([reply], -Infinity);
      await goAway();
      await expect(replies.catchUp()).rejects.toMatchObject({ name: 'StoreFault', retryable: true });
      await expect(
        replies.remember([{ ...reply, commandId: `${prefix}-2` }], -Infinity),
      ).rejects.toMatchObject({ name: 'StoreFault', retryable: true });
      await comeBack();
      await replies.catchUp();
      expect(await replies.recall(reply.stream, reply.commandId)).toEqual(reply);
    },
  ),
};
