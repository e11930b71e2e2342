// Files that were shortened, or changed by a bit, while nobody looked: either everything that was acknowledged is
// there as it was written, or the store refuses and says up to where the log is good. Nothing is skipped in silence.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { SeededChance } from '@holdfast/clock/testing';
import { type RecordedEvent, StoreFault } from '../../port/event-store';
import type { Cases } from '../harness/cases';
import { type Image, imageOf, type FilePlace, putImage, usedLength } from '../harness/file-image';
import { expectHeld } from '../harness/held';
import { readWholeLog } from '../harness/read-whole';
import { appendOf } from '../harness/sample-events';

/** Through the store itself; `open-log.spec.ts` does many more behind it, where each costs less. */
const FLIPS = 8;
const CUTS = 4;

export const DAMAGE: Cases<FilePlace> = {
  'is not seen where there is none': async (place) => {
    expect(await refusal(place, await imageOf(place))).toBeUndefined();
  },

  'by a bit is refused or harmless, wherever it is in the main file': (place) => flipBits(place, ''),
  'by a bit is refused or harmless, wherever it is in the -wal': (place) => flipBits(place, '-wal'),
  'by cutting off is refused or harmless, wherever the main file was cut': (place) => cutOff(place, ''),
  'by cutting off is refused or harmless, wherever the -wal was cut': (place) => cutOff(place, '-wal'),

  'by losing a file is refused': async (place) => {
    const image = await imageOf(place);
    for (const suffix of ['', '-wal']) {
      const fault = await refusal(place, image, (files) => void files.delete(suffix));
      expect([suffix, fault?.code]).toEqual([suffix, 'store-corrupt']);
    }
  },

  'of one event is refused with the position of the one before it': async (place) => {
    const image = await imageOf(place);
    const victim = image.events[200]!;
    const fault = await refusal(place, image, (files) => {
      for (const bytes of files.values()) {
        const at = bytes.indexOf(victim.id);
        if (at >= 0) bytes[at]! ^= 1;
      }
    });
    const { appendedFrom } = appendOf(victim);
    const lastGood = Number(victim.position) - (victim.version - appendedFrom) - 1;
    expect(fault).toMatchObject({ code: 'store-corrupt', retryable: false, lastGood: String(lastGood) });
    expect(fault?.message).toContain(`events up to position ${lastGood} are known to be good`);
  },

  'that comes while the store is open is refused when it is read': async (place) => {
    const image = await imageOf(place);
    putImage(place, image.files);
    const at = readFileSync(place.file).indexOf(image.events[50]!.id);
    const store = await place.open();
    // Not in this process: to close the file here would drop the locks that SQLite has on it.
    const change = `const f = fs.openSync(process.argv[1], 'r+'); fs.writeSync(f, '?', ${at}); fs.closeSync(f)`;
    execFileSync(process.execPath, ['-e', change, place.file]);
    const reading = readWholeLog(store, place.prefix).finally(() => store.close());
    await expect(reading).rejects.toMatchObject({ code: 'store-corrupt', retryable: false });
  },
};

async function flipBits(place: FilePlace, suffix: string): Promise<void> {
  const image = await imageOf(place);
  const chance = new SeededChance(31);
  let refused = 0;
  for (let flip = 0; flip < FLIPS; flip += 1) {
    const fault = await refusal(place, image, (files) => {
      const bytes = files.get(suffix)!;
      bytes[chance.below(usedLength(bytes))]! ^= 1 << chance.below(8);
    });
    if (!fault) continue;
    expect(fault.code).toBe('store-corrupt');
    expect(fault.message).toMatch(/(events up to position \d+ are|no event is) known to be good$/);
    refused += 1;
  }
  expect(refused).toBeGreaterThan(FLIPS / 4);
}

async function cutOff(place: FilePlace, suffix: string): Promise<void> {
  const image = await imageOf(place);
  const chance = new SeededChance(32);
  for (let cut = 0; cut < CUTS; cut += 1) {
    const length = chance.below(usedLength(image.files.get(suffix)!)) * (cut === 0 ? 0 : 1);
    const fault = await refusal(place, image, (files) =>
      files.set(suffix, files.get(suffix)!.subarray(0, length)),
    );
    // What is missing in the main file may stand in the -wal; of the -wal, the end may hold what nobody was told of.
    expect(fault?.code).toBe(fault || length === 0 ? 'store-corrupt' : undefined);
  }
}

/** Opens the image, changed; the fault, or undefined if everything acknowledged is there as it was. */
async function refusal(
  place: FilePlace,
  image: Image,
  change: (files: Map<string, Buffer>) => unknown = () => undefined,
): Promise<StoreFault | undefined> {
  const files = new Map([...image.files].map(([suffix, bytes]) => [suffix, Buffer.from(bytes)]));
  change(files);
  putImage(place, files);
  let events: RecordedEvent[];
  try {
    const store = await place.open();
    events = await readWholeLog(store, image.prefix).finally(() => store.close());
  } catch (fault) {
    expect(fault).toBeInstanceOf(StoreFault);
    return fault as StoreFault;
  }
  expectHeld(events, image.acknowledged);
  expect(events).toEqual(image.events.slice(0, events.length));
  return undefined;
}
