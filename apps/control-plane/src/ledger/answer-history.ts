// Answers what is asked of the past: the index of the view says which events, the log has them.
import type { GetHistory, WhoHeld } from '@holdfast/api';
import {
  type EventStore,
  type RecordedEvent,
  comparePositions,
  readMetadata,
  streamOf,
} from '@holdfast/event-store';
import {
  type Holder,
  type HistoryKey,
  type SubnetEvent,
  type Use,
  type UserEvent,
  Users,
  isUserEvent,
  subnet,
  touches,
  vipHolder,
  vipName,
} from '@holdfast/ipam';
import type { Listed } from './answer-query';
import type { LedgerReader } from './ledger-reader';

/** Who held an address in a subnet at a moment. */
export interface PastHolding {
  readonly subnet: string;
  /** What the reservation was then, as its last event before says. */
  readonly latest: SubnetEvent;
  /** The event that put the address into these hands. */
  readonly began: RecordedEvent;
  /** Who used it then, or that it was kept though nobody did; absent: nobody ever had. */
  readonly use?: Use;
  readonly keptBecause?: string;
}

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
    const stream = streamOf(subnet.category, name);
    yield (asked) =>
      readWithin(versions.length, (at) => readEvent(stream, versions[at] as number, store), asked);
  }
  if (vip !== undefined && query.subnet === undefined) {
    yield async ({ page, ...span }) => {
      const events: RecordedEvent[] = [];
      for await (const read of store.readStream(streamOf(vipName.category, vip), 0)) {
        events.push(...read.filter((event) => isWithin(event, span) && isAfter(event, page.after?.[0])));
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
    if (isWithin(event, span)) events.push(event);
  }
  return events;
}

/** By subnet name. */
export async function whoHeld(
  query: WhoHeld,
  reader: LedgerReader,
  store: EventStore,
): Promise<PastHolding[]> {
  const holdings: PastHolding[] = [];
  for (const name of [...subnetsAsked(query.subnet, reader)].sort()) {
    const holding = await holdingIn(name, query, reader, store);
    if (holding) holdings.push(holding);
  }
  return holdings;
}

/** From the newest event before that moment back to the one since which the holder has been the same. */
async function holdingIn(
  name: string,
  { address, atMs }: WhoHeld,
  reader: LedgerReader,
  store: EventStore,
): Promise<PastHolding | undefined> {
  let holding: PastHolding | undefined;
  for (const version of reader.historyOf(name)?.holdingsOf(address) ?? []) {
    const recorded = await readEvent(streamOf(subnet.category, name), version, store);
    if (readMetadata(recorded).atMs > atMs) continue;
    const event = subnet.codec.decode(recorded);
    const holder = holderAfter(event, address);
    if (holder === undefined || (holding && holder !== holderAfter(holding.latest, address))) break;
    holding = { subnet: name, latest: holding?.latest ?? event, began: recorded };
  }
  const holder = holding && holderAfter(holding.latest, address);
  if (!holding || !holder) return undefined;
  const use = await useAt(name, holder, atMs, reader, store);
  const keptBecause = use?.retained && (await whyRetained(name, holder, reader, store, atMs));
  return { ...holding, use, keptBecause };
}

/** What happened to a holder up to that moment, the newest first. */
async function* happenedTo(
  name: string,
  holder: Holder,
  upToMs: number,
  reader: LedgerReader,
  store: EventStore,
): AsyncIterable<{ readonly event: SubnetEvent; readonly atMs: number }> {
  for (const version of reader.historyOf(name)?.versionsOf(holder) ?? []) {
    const recorded = await readEvent(streamOf(subnet.category, name), version, store);
    const { atMs } = readMetadata(recorded);
    if (atMs <= upToMs) yield { event: subnet.codec.decode(recorded), atMs };
  }
}

/** Events of one reservation that are looked through; older ones hardly tell of who used it then. */
const USE_EVENTS_MAX = 10_000;

/** How the holder's reservation was used at that moment: what has become of it since it was made. */
async function useAt(
  name: string,
  holder: Holder,
  upToMs: number,
  reader: LedgerReader,
  store: EventStore,
): Promise<Use | undefined> {
  const since: (readonly [UserEvent, number])[] = [];
  let left = USE_EVENTS_MAX;
  for await (const { event, atMs } of happenedTo(name, holder, upToMs, reader, store)) {
    if (event.type === 'AddressReserved' || event.type === 'VipReserved') break;
    if (isUserEvent(event)) since.push([event, atMs]);
    if ((left -= 1) === 0) break;
  }
  const users = new Users();
  for (const [event, atMs] of since.reverse()) users.evolve(event, atMs);
  return users.of(holder);
}

/** What may have happened to a reservation since it is kept without a user: more is not looked through. */
const SINCE_RETAINED_MAX = 64;

/** Why the holder's reservation is kept, as the newest event up to that moment that says so has it. */
export async function whyRetained(
  name: string,
  holder: Holder,
  reader: LedgerReader,
  store: EventStore,
  upToMs = Infinity,
): Promise<string | undefined> {
  let left = SINCE_RETAINED_MAX;
  for await (const { event } of happenedTo(name, holder, upToMs, reader, store)) {
    if (event.type === 'ReservationRetained') return event.reason;
    if ((left -= 1) === 0) break;
  }
  return undefined;
}

/** Who holds the address after the event. */
function holderAfter(event: SubnetEvent, address: WhoHeld['address']): Holder | undefined {
  const { holder, takes } = touches(event);
  return takes && (takes.v4 === address || takes.v6 === address) ? holder : undefined;
}

async function readEvent(stream: string, version: number, store: EventStore): Promise<RecordedEvent> {
  for await (const [recorded] of store.readStream(stream, version)) if (recorded) return recorded;
  throw new Error(`event ${version} of ${stream} is in the view but not in the log`);
}

function subnetsAsked(name: string | undefined, reader: LedgerReader): Iterable<string> {
  return name === undefined ? reader.subnetsEver() : [name];
}

function isWithin(
  recorded: RecordedEvent,
  { fromMs = -Infinity, toMs = Infinity }: Pick<GetHistory, 'fromMs' | 'toMs'>,
): boolean {
  const { atMs } = readMetadata(recorded);
  return atMs >= fromMs && atMs < toMs;
}

function isAfter({ position }: RecordedEvent, after: string | undefined): boolean {
  return after === undefined || comparePositions(position, after) > 0;
}
