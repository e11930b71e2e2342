// Closing: what is under way is answered, what comes later is refused by code.
import { NO_STREAM } from '../../port/event-store';
import { type Cases, opened } from '../harness/cases';
import type { Ground } from '../harness/harness';
import { pagesOf } from '../harness/read-whole';
import { sampleEvents } from '../harness/sample-events';

export const CLOSING: Cases<Ground> = {
  'answers the appends that are under way': opened(async (store, { prefix }) => {
    const appends = Array.from({ length: 100 }, (_, index) =>
      store.append(`${prefix}-${index}`, NO_STREAM, sampleEvents(`${prefix}-${index}`, NO_STREAM, 1)),
    );
    await store.close();
    const results = await Promise.all(appends);
    expect(results.every(({ outcome }) => outcome === 'appended')).toBe(true);
  }),

  'refuses everything afterwards': opened(async (store, { prefix }) => {
    const stream = `${prefix}-a`;
    await store.append(stream, NO_STREAM, sampleEvents(stream, NO_STREAM, 1));
    const begun = store.readAll(undefined, { streamPrefix: prefix })[Symbol.asyncIterator]();
    await store.close();
    await store.close();
    const closed = { name: 'StoreFault', code: 'store-closed', retryable: false };
    await expect(store.append(stream, 0, sampleEvents(stream, 0, 1))).rejects.toMatchObject(closed);
    await expect(pagesOf(store.readStream(stream, 0))).rejects.toMatchObject(closed);
    for (const streamPrefix of ['', prefix, 'none-'])
      await expect(pagesOf(store.readAll(undefined, { streamPrefix }))).rejects.toMatchObject(closed);
    await expect(begun.next()).rejects.toMatchObject(closed);
  }),
};
