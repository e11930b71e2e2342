// The disk: full, and later not; or failing.
import { type EventStore, NO_STREAM, StoreFault, type Version } from '../../port/event-store';
import { type Cases, opened } from '../harness/cases';
import type { Fillable, Ground, Reachable } from '../harness/harness';
import { expectHeld } from '../harness/held';
import { readWholeLog, readWholeStream } from '../harness/read-whole';
import { sampleEvents } from '../harness/sample-events';
import { WriterProcess } from '../harness/writer-process';

/** Blocks of 512 bytes that a file may have, see ulimit in sh(1). */
const FILE_BLOCKS_MAX = 4096;
/** Each append has about 30 kB, so that these are surely more than the disk has room for. */
const APPENDS_MAX = 1_000;
const APPEND_EVENTS = 100;

export const FULL_DISK: Cases<Ground & Fillable> = {
  'is told as such, leaves nothing half-written, and once there is space the store goes on': opened(
    async (store, { prefix, open, fill, free }) => {
      const stream = `${prefix}-a`;
      const append = (expected: Version) =>
        store.append(stream, expected, sampleEvents(stream, expected, APPEND_EVENTS));
      await append(NO_STREAM);
      fill();
      const { version, fault } = await appendUntilRefused(append, APPEND_EVENTS - 1);
      expect(fault).toBeInstanceOf(StoreFault);
      expect(fault).toMatchObject({ code: 'store-full', retryable: true });
      expect(await readWholeStream(store, stream)).toHaveLength(version + 1);
      await expect(append(version)).rejects.toMatchObject({ code: 'store-full' });
      free();
      expect(await append(version)).toMatchObject({ outcome: 'appended' });
      await store.close();
      const again = await open();
      expect(await readWholeStream(again, stream)).toHaveLength(version + 1 + APPEND_EVENTS);
      await again.close();
    },
  ),
};

async function appendUntilRefused(
  append: (expected: Version) => ReturnType<EventStore['append']>,
  from: Version,
): Promise<{ version: Version; fault: unknown }> {
  let version = from;
  for (let tried = 0; tried < APPENDS_MAX; tried += 1, version += APPEND_EVENTS) {
    try {
      await append(version);
    } catch (fault) {
      return { version, fault };
    }
  }
  return { version, fault: undefined };
}

export const FAILING_DISK: Cases<Ground & Reachable> = {
  'stops the store at once; opening it again tells what was written': async (place) => {
    const writer = new WriterProcess(place.address, place.prefix, 0, `ulimit -f ${FILE_BLOCKS_MAX}`);
    await writer.end();
    expect(writer.acknowledged.length).toBeGreaterThan(0);
    expect(writer.said).toEqual(['open', 'refused append-outcome-unknown false', 'then store-closed false']);
    const store = await place.open();
    expectHeld(await readWholeLog(store, place.prefix), writer.acknowledged);
    await store.close();
  },
};
