// What a killed writer leaves in its folder: some events in the main file, later ones in its -wal. Made once, then put
// back again and again.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { RecordedEvent } from '../../port/event-store';
import type { Ground, InFile, Reachable } from './harness';
import type { Acknowledged } from './held';
import { readWholeLog } from './read-whole';
import { WriterProcess } from './writer-process';

/** Acknowledgements in the main file, and after it in the -wal. */
const ACKNOWLEDGED = 150;

export type FilePlace = Ground & Reachable & InFile;

export interface Image {
  /** By what their names have after that of the main file. */
  readonly files: ReadonlyMap<string, Buffer>;
  readonly prefix: string;
  readonly events: readonly RecordedEvent[];
  readonly acknowledged: readonly Acknowledged[];
}

let made: Promise<Image> | undefined;

/** The image, made in `place` by whoever asks first. */
export function imageOf(place: FilePlace): Promise<Image> {
  made ??= make(place);
  return made;
}

async function make(place: FilePlace): Promise<Image> {
  const acknowledged: Acknowledged[] = [];
  for (const round of [0, 1]) {
    // Closing it moves into the main file what the first round left in the -wal.
    if (round === 1) await (await place.open()).close();
    const writer = new WriterProcess(place.address, place.prefix, round);
    await writer.until(() => writer.acknowledged.length >= ACKNOWLEDGED);
    await writer.kill();
    acknowledged.push(...writer.acknowledged);
  }
  const name = basename(place.file);
  const files = new Map(
    readdirSync(place.folder).map((found) => [
      found.slice(name.length),
      readFileSync(join(place.folder, found)),
    ]),
  );
  const store = await place.open();
  const events = await readWholeLog(store, place.prefix);
  await store.close();
  return { files, prefix: place.prefix, events, acknowledged };
}

/** Puts these files, and nothing else, into the folder of `place`. */
export function putImage(place: FilePlace, files: ReadonlyMap<string, Buffer>): void {
  for (const name of readdirSync(place.folder)) rmSync(join(place.folder, name));
  for (const [suffix, bytes] of files) writeFileSync(place.file + suffix, bytes);
}

/** Length without the zeros at the end, which hold nothing. */
export function usedLength(bytes: Buffer): number {
  let length = bytes.length;
  while (length > 1 && bytes[length - 1] === 0) length -= 1;
  return length;
}
