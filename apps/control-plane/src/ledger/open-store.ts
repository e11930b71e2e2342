// From the configuration's `store` to an event store.
import { systemChance, systemClock } from '@holdfast/clock';
import { type EventStore, MemoryEventStore, type RemembersReplies } from '@holdfast/event-store';
import { openSqliteEventStore } from '@holdfast/event-store/sqlite';
import { ConfigFault } from '../config';

/** @param windowMs for how long commands are remembered */
export async function openStore(store: string, windowMs?: number): Promise<EventStore & RemembersReplies> {
  const [scheme, rest = ''] = splitOnce(store, ':');
  switch (scheme) {
    case 'sqlite':
      return openSqliteEventStore({ file: rest });
    case 'eventstoredb':
      // Only where it is used: its client takes a third of a second to load.
      return (await import('@holdfast/event-store/eventstoredb')).openEventStoreDbEventStore({
        connectionString: rest,
        ...(windowMs !== undefined && { windowMs }),
        clock: systemClock,
        chance: systemChance,
      });
    case 'memory':
      return new MemoryEventStore();
    default:
      throw new ConfigFault(
        `--store: ${store} is none of sqlite:FILE, eventstoredb:CONNECTION-STRING, memory:`,
      );
  }
}

/** Whether other processes may append to the same streams: an SQLite file has one writer, and memory is one's own. */
export const hasOtherWriters = (store: string): boolean => store.startsWith('eventstoredb:');

function splitOnce(text: string, separator: string): [string, string?] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}
