// Hints: somebody appended. Early, late or doubled, but they come.
import { NO_STREAM } from '../../port/event-store';
import { type Cases, opened } from '../harness/cases';
import type { Ground } from '../harness/harness';
import { sampleEvents } from '../harness/sample-events';

export const HINTS: Cases<Ground> = {
  'come after an append, to everyone who asked': opened(async (store, { prefix }) => {
    const hinted = [1, 2].map(() => new Promise<void>((resolve) => void store.onAppend(resolve)));
    // A subscription may take a moment to stand, and what came before it is not hinted at: append until they come.
    let isOver = false;
    const all = Promise.all(hinted).then(() => (isOver = true));
    for (let version = NO_STREAM; !isOver; version += 1) {
      await store.append(`${prefix}-a`, version, sampleEvents(`${prefix}-a`, version, 1));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await all;
  }),

  'end when they are no longer wanted': opened(async (store, { prefix }) => {
    let ended = 0;
    const end = store.onAppend(() => (ended += 1));
    end();
    end();
    const hinted = new Promise<void>((resolve) => void store.onAppend(resolve));
    let isOver = false;
    const come = hinted.then(() => (isOver = true));
    for (let version = NO_STREAM; !isOver; version += 1) {
      await store.append(`${prefix}-a`, version, sampleEvents(`${prefix}-a`, version, 1));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await come;
    expect(ended).toBe(0);
  }),
};
