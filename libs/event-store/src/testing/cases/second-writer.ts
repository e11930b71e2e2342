// One process at a time writes a file: a second one is refused by name, and the first one's death frees it.
import { type Cases, opened } from '../harness/cases';
import type { Ground, InFile, Reachable } from '../harness/harness';
import { WriterProcess } from '../harness/writer-process';

const RACERS = 4;

export const SECOND_WRITER: Cases<Ground & Reachable & InFile> = {
  'is refused with the name of the file and of the process that has it': opened(async (_, place) => {
    const second = new WriterProcess(place.address, place.prefix, 0);
    await second.end();
    expect(second.said).toEqual([
      expect.stringContaining(`${place.file} is in use by process ${process.pid}:`),
    ]);
  }),

  'is refused in the same process too, and the first one keeps its right': opened(async (_, place) => {
    const locked = { code: 'store-locked', message: expect.stringContaining(place.file) as string };
    await expect(place.open()).rejects.toMatchObject(locked);
    await expect(place.open()).rejects.toMatchObject(locked);
    const other = new WriterProcess(place.address, place.prefix, 0);
    await other.end();
    expect(other.said).toEqual([expect.stringContaining(`process ${process.pid}:`)]);
  }),

  'finds the file free as soon as the first was killed': async (place) => {
    const first = new WriterProcess(place.address, place.prefix, 0);
    await first.until(() => first.acknowledged.length > 0);
    const named = { message: expect.stringContaining(`process ${first.pid}:`) as string };
    await expect(place.open()).rejects.toMatchObject(named);
    await first.kill();
    await (await place.open()).close();
  },

  [`of ${RACERS} that race for a new file exactly one opens it`]: async (place) => {
    const racers = Array.from(
      { length: RACERS },
      (_, index) => new WriterProcess(place.address, place.prefix, index),
    );
    await Promise.all(racers.map((racer) => racer.until(() => racer.said.length > 0)));
    const winners = racers.filter((racer) => racer.said[0] === 'open');
    expect(winners).toHaveLength(1);
    for (const loser of racers.filter((racer) => racer !== winners[0]))
      expect(loser.said).toEqual([expect.stringContaining(`in use by process ${winners[0]!.pid}:`)]);
    await winners[0]!.kill();
  },
};
