// Appends: whole or not at all, at the version that was expected or not at all, once however often they are sent.
import { comparePositions, NO_STREAM } from '../../port/event-store';
import { APPEND_BYTES_MAX } from '../../port/appendable';
import { type Cases, opened } from '../harness/cases';
import type { Ground } from '../harness/harness';
import { readWholeLog, readWholeStream } from '../harness/read-whole';
import { sampleEvents } from '../harness/sample-events';

/** JSON texts that a store which parses and prints them again would change. */
const AWKWARD_TEXTS = [
  ' { "b" : 1.0 , "a" : [ 1e2, -0, 0.10 ] } ',
  '{"2":"two","1":"one","dup":1,"dup":2,"__proto__":{"x":1}}',
  '"\\u0041\\/\\ud83d\\ude00\\ud800 \u2028\u2029 \u00e9e\u0301 \u{1f600} \ufeff\\u0000"',
  '12345678901234567890.12345678901234567890',
  'null',
  '""',
];

const ID = '0198c0de-0000-7000-8000-00000000000';

export const APPENDING: Cases<Ground> = {
  'numbers events from 0 in their stream, at ascending positions': opened(async (store, { prefix }) => {
    const first = await store.append(`${prefix}-a`, NO_STREAM, sampleEvents(`${prefix}-a`, NO_STREAM, 3));
    const second = await store.append(`${prefix}-a`, 2, sampleEvents(`${prefix}-a`, 2, 1));
    const events = await readWholeStream(store, `${prefix}-a`);
    expect(events.map((event) => event.version)).toEqual([0, 1, 2, 3]);
    const positions = [first, second].flatMap((result) => ('positions' in result ? result.positions : []));
    expect(events.map((event) => event.position)).toEqual(positions);
    for (const [index, position] of positions.slice(1).entries())
      expect(comparePositions(positions[index]!, position)).toBeLessThan(0);
  }),

  'keeps every text byte for byte': opened(async (store, { prefix }) => {
    const stream = `${prefix}-käfig 'quoted" \u{1f600}`;
    const events = AWKWARD_TEXTS.map((text, index) => ({
      id: `${ID}${index}`,
      type: `Tÿpe ${index} \u{1f600}`,
      data: text,
      metadata: AWKWARD_TEXTS[(index + 1) % AWKWARD_TEXTS.length]!,
    }));
    await store.append(stream, NO_STREAM, events);
    for (const read of [await readWholeStream(store, stream), await readWholeLog(store, prefix)]) {
      expect(read.map(({ id, type, data, metadata }) => ({ id, type, data, metadata }))).toEqual(events);
      expect(read.every((event) => event.stream === stream)).toBe(true);
    }
  }),

  'takes an append of the greatest size, and refuses a greater one': opened(async (store, { prefix }) => {
    const big = (bytes: number) => [
      {
        id: `${ID}0`,
        type: 'Big',
        data: JSON.stringify('\u00e9'.repeat((bytes - 500) / 2)),
        metadata: '{}',
      },
    ];
    await store.append(`${prefix}-big`, NO_STREAM, big(APPEND_BYTES_MAX));
    const [event] = await readWholeStream(store, `${prefix}-big`);
    expect(event?.data === big(APPEND_BYTES_MAX)[0]?.data).toBe(true);
    await expect(store.append(`${prefix}-big`, 0, big(APPEND_BYTES_MAX + 600))).rejects.toThrow(RangeError);
    expect(await readWholeStream(store, `${prefix}-big`)).toHaveLength(1);
  }),

  'says where the stream is when the expected version is wrong, and writes nothing': opened(
    async (store, { prefix }) => {
      const stream = `${prefix}-a`;
      await store.append(stream, NO_STREAM, sampleEvents(stream, NO_STREAM, 3));
      for (const expected of [NO_STREAM, 0, 1, 3, 100]) {
        const result = await store.append(stream, expected, sampleEvents(stream, expected, 2, 'other'));
        expect([expected, result]).toEqual([expected, { outcome: 'conflict', actual: 2 }]);
      }
      const absent = await store.append(`${prefix}-b`, 0, sampleEvents(`${prefix}-b`, 0, 1));
      expect(absent).toEqual({ outcome: 'conflict', actual: NO_STREAM });
      expect(await readWholeLog(store, prefix)).toHaveLength(3);
    },
  ),

  'lets exactly one of many appends at one version win, and others not be touched': opened(
    async (store, { prefix }) => {
      const stream = `${prefix}-contended`;
      const racers = Array.from({ length: 16 }, (_, racer) =>
        store.append(stream, NO_STREAM, sampleEvents(stream, NO_STREAM, 2, `racer ${racer}`)),
      );
      const bystanders = Array.from({ length: 16 }, (_, index) =>
        store.append(
          `${prefix}-calm-${index}`,
          NO_STREAM,
          sampleEvents(`${prefix}-calm-${index}`, NO_STREAM, 2),
        ),
      );
      const results = await Promise.all(racers);
      expect(results.filter(({ outcome }) => outcome === 'appended')).toHaveLength(1);
      for (const result of results.filter(({ outcome }) => outcome === 'conflict'))
        expect(result).toEqual({ outcome: 'conflict', actual: 1 });
      const calm = await Promise.all(bystanders);
      expect(calm.every(({ outcome }) => outcome === 'appended')).toBe(true);
      expect(await readWholeStream(store, stream)).toHaveLength(2);
    },
  ),

  'answers the same append again as it did at first, and does it once': opened(async (store, { prefix }) => {
    const stream = `${prefix}-a`;
    const events = sampleEvents(stream, NO_STREAM, 3);
    const more = sampleEvents(stream, 2, 1);
    const first = await store.append(stream, NO_STREAM, events);
    expect(await store.append(stream, NO_STREAM, events)).toEqual(first);
    const second = await store.append(stream, 2, more);
    expect(await store.append(stream, NO_STREAM, events)).toEqual(first);
    expect(await store.append(stream, 2, more)).toEqual(second);
    expect(second.outcome).toBe('appended');
    expect(await readWholeStream(store, stream)).toHaveLength(4);
  }),

  'does not take an append for another of which only some ids are the same': opened(
    async (store, { prefix }) => {
      const stream = `${prefix}-a`;
      const [first, second] = sampleEvents(stream, NO_STREAM, 2);
      const [third] = sampleEvents(stream, 1, 1);
      await store.append(stream, NO_STREAM, [first!, second!]);
      const conflict = { outcome: 'conflict', actual: 1 };
      expect(await store.append(stream, NO_STREAM, [first!, third!])).toEqual(conflict);
      expect(await store.append(stream, NO_STREAM, [first!, second!, third!])).toEqual(conflict);
      expect(await readWholeStream(store, stream)).toHaveLength(2);
    },
  ),

  'throws at what no caller may send, and writes nothing': opened(async (store, { prefix }) => {
    const stream = `${prefix}-a`;
    const [good] = sampleEvents(stream, NO_STREAM, 1);
    const append = (name: string, expected: number, ...events: object[]) =>
      store.append(name, expected, events as never);
    await expect(append(stream, NO_STREAM)).rejects.toThrow(RangeError);
    await expect(append('', NO_STREAM, good!)).rejects.toThrow(TypeError);
    await expect(append(`${stream}\0`, NO_STREAM, good!)).rejects.toThrow(TypeError);
    await expect(append(stream, -2, good!)).rejects.toThrow(TypeError);
    await expect(append(stream, 0.5, good!)).rejects.toThrow(TypeError);
    await expect(append(stream, NO_STREAM, { ...good, id: 'no uuid' })).rejects.toThrow(TypeError);
    await expect(append(stream, NO_STREAM, { ...good, type: '' })).rejects.toThrow(TypeError);
    await expect(append(stream, NO_STREAM, good!, { ...good, data: '"\ud800"' })).rejects.toThrow(TypeError);
    await expect(append(stream, NO_STREAM, { ...good, metadata: undefined })).rejects.toThrow(TypeError);
    expect(await readWholeLog(store, prefix)).toEqual([]);
  }),
};
