// How events of the past are found: the view's index says which versions, the log has them.
import { type EventStore, type RecordedEvent, streamOf } from '@holdfast/event-store';
import { subnet } from '@holdfast/ipam';
import type { LedgerReader } from '../follow/ledger-reader';

export async function readEvent(
  subnetName: string,
  version: number,
  store: EventStore,
): Promise<RecordedEvent> {
  const stream = streamOf(subnet.category, subnetName);
  for await (const [recorded] of store.readStream(stream, version)) if (recorded) return recorded;
  throw new Error(`event ${version} of ${stream} is in the view but not in the log`);
}

export function subnetsAsked(name: string | undefined, reader: LedgerReader): Iterable<string> {
  return name === undefined ? reader.subnetsEver() : [name];
}
