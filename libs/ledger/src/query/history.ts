// What happened to an address, a holder or a Vip: the view's index says which events, the log has them.
import type { GetHistory } from '@holdfast/api';
import {
  type EventStore,
  type RecordedEvent,
  comparePositions,
  decidedAtOf,
  idIn,
  readMetadata,
  streamOf,
} from '@holdfast/event-store';
import { type HistoryKey, subnet, vipHolder, vipName } from '@holdfast/ipam';
import type { LedgerReader } from '../follow/ledger-reader';
import type { Listed } from './page';
import { readEvent, subnetsAsked } from './past-events';

/** Oldest first, by position. */
export async function getHistory(
  query: GetHistory,
  reader: LedgerReader,
  store: EventStore,
): Promise<Listed<RecordedEvent>> {
  const { size } = query.page;
  const past: RecordedEvent[] = [];
  for (const history of histories(query, reader, store)) past.push(...(await history(query)));
  past.sort((a, b) => comparePositions(a.position, b.position));
  const shown = past.slice(0, size);
  const last = past.length > size ? shown[shown.length - 1] : undefined;
  return { entries: shown, ...(last && { last: [last.position] }) };
}

/** Reads the first page's worth (and one more) of what is asked. */
type History = (query: GetHistory) => Promise<RecordedEvent[]>;

function* histories(query: GetHistory, reader: LedgerReader, store: EventStore): Iterable<History> {
  const { address, holder, vip } = query.subject;
  const key: HistoryKey = address ?? holder ?? vipHolder(vip as string);
  for (const name of subnetsAsked(query.subnet, reader)) {
    const versions = [...(reader.historyOf(name)?.versionsOf(key) ?? [])].reverse();
    yield (asked) =>
      readWithin(versions.length, (at) => readEvent(name, versions[at] as number, store), asked, reader);
  }
  if (vip !== undefined && query.subnet === undefined) {
    yield async ({ page, ...span }) => {
      const events: RecordedEvent[] = [];
      for await (const read of store.readStream(streamOf(vipName.category, vip), 0)) {
        events.push(
          ...read.filter((event) => isWithin(event, span, reader) && isAfter(event, page.after?.[0])),
        );
      }
      return events;
    };
  }
}

/** Positions ascend along a subnet's stream, so where a page begins is found by halving. */
async function readWithin(
  count: number,
  eventAt: (at: number) => Promise<RecordedEvent>,
  { page, ...span }: GetHistory,
  reader: LedgerReader,
): Promise<RecordedEvent[]> {
  let [low, high] = [0, page.after === undefined ? 0 : count];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isAfter(await eventAt(middle), page.after?.[0])) high = middle;
    else low = middle + 1;
  }
  const events: RecordedEvent[] = [];
  for (let at = low; at < count && events.length <= page.size; at += 1) {
    const event = await eventAt(at);
    if (isWithin(event, span, reader)) events.push(event);
  }
  return events;
}

function isWithin(
  recorded: RecordedEvent,
  { fromMs = -Infinity, toMs = Infinity }: Pick<GetHistory, 'fromMs' | 'toMs'>,
  reader: LedgerReader,
): boolean {
  const decidedAtMs = decidedAtOf(readMetadata(recorded));
  const name = idIn(subnet.category, recorded.stream);
  const atMs = name === undefined ? decidedAtMs : reader.happenedAt(name, recorded.version, decidedAtMs);
  return atMs >= fromMs && atMs < toMs;
}

function isAfter({ position }: RecordedEvent, after: string | undefined): boolean {
  return after === undefined || comparePositions(position, after) > 0;
}
