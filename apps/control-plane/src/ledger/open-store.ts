// From the configuration's `store` to an event store.
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { systemChance, systemClock } from '@holdfast/clock';
import { type EventStore, MemoryEventStore, type RemembersReplies } from '@holdfast/event-store';
import { openSqliteEventStore } from '@holdfast/event-store/sqlite';
import { ConfigFault, ownStore } from '../config';

/** What somebody may want to know of it. */
export interface Opening {
  /** Another process has the file; it is waited for. */
  held(holder: number): void;
  /** What was found at opening and put right. */
  noticed(notice: string): void;
  /** For how long commands are remembered. */
  readonly windowMs: number;
  /** A commit, of a store that tells. */
  readonly committed?: (ms: number, appends: number) => void;
}

export async function openStore(store: string, opening: Opening): Promise<EventStore & RemembersReplies> {
  const [scheme, rest = ''] = splitOnce(store, ':');
  switch (scheme) {
    case 'sqlite':
      return openFile(rest, opening);
    case 'eventstoredb':
      // Only where it is used: its client takes a third of a second to load.
      return openServer(rest, opening);
    case 'memory':
      return new MemoryEventStore();
    default:
      throw noStore(store);
  }
}

async function openServer(
  connectionString: string,
  { windowMs }: Opening,
): Promise<EventStore & RemembersReplies> {
  const { openEventStoreDbEventStore } = await import('@holdfast/event-store/eventstoredb');
  try {
    const time = { clock: systemClock, chance: systemChance };
    return openEventStoreDbEventStore({ connectionString, windowMs, ...time });
  } catch (fault) {
    throw new ConfigFault(`--store: ${(fault as Error).message}`);
  }
}

async function openFile(
  file: string,
  { held, noticed, committed }: Opening,
): Promise<EventStore & RemembersReplies> {
  if (file === '') throw noStore('sqlite:');
  makeOwnFolder(file);
  const opened = await openSqliteEventStore({ file, held, ...(committed && { committed }) });
  opened.notices.forEach(noticed);
  return opened;
}

/** Any other folder is somebody's: if it is missing, its path is mistaken, or a disk is not mounted. */
function makeOwnFolder(file: string): void {
  if (`sqlite:${file}` === ownStore(process.env))
    mkdirSync(dirname(file), { recursive: true, mode: OWN_FOLDER_MODE });
}

/** Nobody but its owner looks into it. */
const OWN_FOLDER_MODE = 0o700;

const noStore = (store: string): ConfigFault =>
  new ConfigFault(
    `--store: ${shownStore(store)} is none of sqlite:FILE, eventstoredb:CONNECTION-STRING, memory:`,
  );

/** Whether other processes may append to the same streams: an SQLite file has one writer, and memory is one's own. */
export const hasOtherWriters = (store: string): boolean => store.startsWith('eventstoredb:');

/** As it may be shown: a connection string may have a password in it. */
export const shownStore = (store: string): string => store.replace(/\/\/.*@/s, '//');

function splitOnce(text: string, separator: string): [string, string?] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}
