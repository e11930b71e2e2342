// Reads: everything, in order, once, from anywhere, whoever writes meanwhile.
import {
  comparePositions,
  type EventStore,
  NO_STREAM,
  type Position,
  type RecordedEvent,
} from '../../port/event-store';
import { type Cases, opened } from '../harness/cases';
import type { Ground } from '../harness/harness';
import { pagesOf, readWholeLog, readWholeStream } from '../harness/read-whole';
import { isSample, sampleEvents } from '../harness/sample-events';

/** More than any adapter puts in one page. */
const MANY_EVENTS = 1_500;
const APPEND_EVENTS = 100;

export const READING: Cases<Ground> = {
  'finds nothing in a stream that is not there, and nothing after the end': opened(
    async (store, { prefix }) => {
      expect(await pagesOf(store.readStream(`${prefix}-none`, 0))).toEqual([]);
      expect(await pagesOf(store.readAll(undefined, { streamPrefix: prefix }))).toEqual([]);
      const result = await store.append(`${prefix}-a`, NO_STREAM, sampleEvents(`${prefix}-a`, NO_STREAM, 2));
      expect(await pagesOf(store.readStream(`${prefix}-a`, 2))).toEqual([]);
      const last = 'positions' in result ? result.positions[1] : undefined;
      expect(await pagesOf(store.readAll(last, { streamPrefix: prefix }))).toEqual([]);
    },
  ),

  'shows an append to whoever reads after it was answered': opened(async (store, { prefix }) => {
    for (let version = NO_STREAM; version < 20; version += 1) {
      await store.append(`${prefix}-a`, version, sampleEvents(`${prefix}-a`, version, 1));
      expect(await readWholeStream(store, `${prefix}-a`, version + 1)).toHaveLength(1);
      expect(await readWholeLog(store, prefix)).toHaveLength(version + 2);
    }
  }),

  'starts anywhere, also in the middle of what was appended at once': opened(async (store, { prefix }) => {
    const all = await fill(store, prefix, ['a', 'b'], 12, 5);
    for (const [index, { position }] of all.entries())
      expect(await readWholeLog(store, prefix, position)).toEqual(all.slice(index + 1));
    const stream = all.filter((event) => event.stream === `${prefix}-a`);
    for (const { version } of stream)
      expect(await readWholeStream(store, `${prefix}-a`, version)).toEqual(stream.slice(version));
  }),

  'cuts long reads into pages, none of them empty, without losing or doubling anything': opened(
    async (store, { prefix }) => {
      await fill(store, prefix, ['a', 'b', 'c'], MANY_EVENTS, APPEND_EVENTS);
      const pages = await pagesOf(store.readAll(undefined, { streamPrefix: prefix }));
      expect(pages.length).toBeGreaterThan(1);
      expect(Math.min(...pages.map((page) => page.length))).toBeGreaterThan(0);
      expectWholeLog(pages.flat(), MANY_EVENTS);
      const streamPages = await pagesOf(store.readStream(`${prefix}-a`, 0));
      expect(streamPages.flat()).toEqual(pages.flat().filter((event) => event.stream === `${prefix}-a`));
      expect(Math.min(...streamPages.map((page) => page.length))).toBeGreaterThan(0);
    },
  ),

  'filters by the beginning of the streams’ names, and shows all streams without a filter': opened(
    async (store, { prefix }) => {
      const all = await fill(store, prefix, ['subnet-a', 'subnet-ab', 'vip-a', 'Subnet-a'], 40, 2);
      for (const beginning of ['subnet-', 'subnet-a', 'subnet-ab', 'vip-', 'none-', 'S']) {
        const matching = all.filter((event) => event.stream.startsWith(`${prefix}-${beginning}`));
        expect(await readWholeLog(store, `${prefix}-${beginning}`)).toEqual(matching);
      }
      const unfiltered = (await pagesOf(store.readAll(all[0]!.position))).flat();
      expect(unfiltered.filter((event) => event.stream.startsWith(prefix))).toEqual(all.slice(1));
    },
  ),

  'shows no gap and no other order while many streams are written at once': opened(
    async (store, { prefix }) => {
      const streams = Array.from({ length: 8 }, (_, index) => `${prefix}-${index}`);
      const writing = { isOver: false };
      const written = Promise.all(streams.map((stream) => writeOneAfterTheOther(store, stream, 60)));
      const seen: RecordedEvent[] = [];
      const followed = follow(store, prefix, seen, writing);
      await written;
      writing.isOver = true;
      await followed;
      expectWholeLog(seen, streams.length * 60);
      expect(await readWholeLog(store, prefix)).toEqual(seen);
    },
  ),

  'throws at a position that is none of its own': opened(async (store, { prefix }) => {
    const read = (after: string) => pagesOf(store.readAll(after, { streamPrefix: prefix }));
    for (const position of ['', 'first', '-1', '1.5', '1/2/3', ' 1', '1e3'])
      await expect(read(position)).rejects.toThrow(TypeError);
  }),

  'lets a reader leave early': opened(async (store, { prefix }) => {
    const all = await fill(store, prefix, ['a', 'b'], MANY_EVENTS, APPEND_EVENTS);
    for (let time = 0; time < 5; time += 1) {
      for await (const page of store.readAll(undefined, { streamPrefix: prefix })) {
        expect(page[0]).toEqual(all[0]);
        break;
      }
      for await (const [event] of store.readStream(`${prefix}-a`, 0)) {
        expect(event).toEqual(all[0]);
        break;
      }
    }
    expect(await readWholeLog(store, prefix)).toHaveLength(MANY_EVENTS);
  }),
};

/** Appends `count` events in turns to the streams, `at_once` at a time, and reads them back. */
async function fill(
  store: EventStore,
  prefix: string,
  names: readonly string[],
  count: number,
  atOnce: number,
): Promise<RecordedEvent[]> {
  const versions = names.map(() => NO_STREAM);
  for (let done = 0, next = 0; done < count; next = (next + 1) % names.length) {
    const size = Math.min(atOnce, count - done);
    const stream = `${prefix}-${names[next]}`;
    await store.append(stream, versions[next]!, sampleEvents(stream, versions[next]!, size));
    versions[next]! += size;
    done += size;
  }
  return readWholeLog(store, prefix);
}

async function writeOneAfterTheOther(store: EventStore, stream: string, count: number): Promise<void> {
  for (let version = NO_STREAM; version + 1 < count; ) {
    const size = Math.min(1 + ((version + 1) % 3), count - 1 - version);
    const result = await store.append(stream, version, sampleEvents(stream, version, size));
    expect(result.outcome).toBe('appended');
    version += size;
  }
}

/** Reads on and on from where it got to, until all is written and read. */
async function follow(
  store: EventStore,
  prefix: string,
  seen: RecordedEvent[],
  writing: { isOver: boolean },
): Promise<void> {
  let after: Position | undefined;
  for (let isLast = false; !isLast; ) {
    isLast = writing.isOver;
    for await (const page of store.readAll(after, { streamPrefix: prefix })) {
      seen.push(...page);
      after = page[page.length - 1]!.position;
    }
    // A store in memory would never let the writers have a next.
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Positions ascend, and every stream's versions count from 0 without a gap. */
function expectWholeLog(events: readonly RecordedEvent[], count: number): void {
  expect(events).toHaveLength(count);
  const next = new Map<string, number>();
  const isWhole = events.every((event, index) => {
    const version = next.get(event.stream) ?? 0;
    next.set(event.stream, version + 1);
    const isAfter = index === 0 || comparePositions(events[index - 1]!.position, event.position) < 0;
    return isAfter && version === event.version && isSample(event);
  });
  expect(isWhole).toBe(true);
}
