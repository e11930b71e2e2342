// Who held an address at a moment, who used it then, and why it was kept.
import type { WhoHeld } from '@holdfast/api';
import { type EventStore, type RecordedEvent, decidedAtOf, readMetadata } from '@holdfast/event-store';
import {
  type Holder,
  type SubnetEvent,
  type Use,
  Users,
  holdersOf,
  isUserEvent,
  subnet,
  touches,
} from '@holdfast/ipam';
import type { LedgerReader } from '../follow/ledger-reader';
import { readEvent, subnetsAsked } from './past-events';

/** Who held an address in a subnet at a moment. */
export interface PastHolding {
  readonly subnet: string;
  /** What the reservation was then, as its last event before says. */
  readonly latest: SubnetEvent;
  /** The event that put the address into these hands. */
  readonly began: RecordedEvent;
  /** When that happened. */
  readonly sinceMs: number;
  /** Who used it then, or that it was kept though nobody did; absent: nobody ever had. */
  readonly use?: Use;
  readonly keptBecause?: string;
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
    const recorded = await readEvent(name, version, store);
    const sinceMs = happenedAt(name, recorded, reader);
    if (sinceMs > atMs) continue;
    const event = subnet.codec.decode(recorded);
    const holder = holderAfter(event, address);
    if (holder === undefined || (holding && holder !== holderAfter(holding.latest, address))) break;
    holding = { subnet: name, latest: holding?.latest ?? event, began: recorded, sinceMs };
  }
  const holder = holding && holderAfter(holding.latest, address);
  if (!holding || !holder) return undefined;
  const use = await useAt(name, holder, atMs, reader, store);
  const keptBecause = use?.retained && (await whyRetained(name, holder, reader, store, atMs));
  return { ...holding, use, keptBecause };
}

/** What happened to a holder's reservation up to that moment, the newest first; as a former holder's as well. */
async function* happenedTo(
  name: string,
  holder: Holder,
  upToMs: number,
  reader: LedgerReader,
  store: EventStore,
  beforeVersion = Infinity,
): AsyncIterable<{ readonly event: SubnetEvent; readonly atMs: number }> {
  for (const version of reader.historyOf(name)?.versionsOf(holder) ?? []) {
    if (version >= beforeVersion) continue;
    const recorded = await readEvent(name, version, store);
    const atMs = happenedAt(name, recorded, reader);
    if (atMs > upToMs) continue;
    const event = subnet.codec.decode(recorded);
    yield { event, atMs };
    const { holder: whose, continues } = touches(event);
    if (continues !== undefined && whose === holder)
      return yield* happenedTo(name, continues, upToMs, reader, store, version);
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
  const since: (readonly [SubnetEvent, number])[] = [];
  let left = USE_EVENTS_MAX;
  for await (const { event, atMs } of happenedTo(name, holder, upToMs, reader, store)) {
    const { takes, gives, continues } = touches(event);
    if (takes && !gives && continues === undefined) break;
    if (continues !== undefined || isUserEvent(event)) since.push([event, atMs]);
    if ((left -= 1) === 0) break;
  }
  const users = new Users();
  for (const [event, atMs] of since.reverse()) {
    const { holder: whose, continues } = touches(event);
    if (continues !== undefined && whose !== undefined) users.goOn(continues, whose, atMs);
    else if (isUserEvent(event)) users.evolve(event, atMs);
  }
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

const happenedAt = (name: string, recorded: RecordedEvent, reader: LedgerReader): number =>
  reader.happenedAt(name, recorded.version, decidedAtOf(readMetadata(recorded)));

/** Who holds the address after the event. */
function holderAfter(event: SubnetEvent, address: WhoHeld['address']): Holder | undefined {
  const has = holdersOf(touches(event)).find(({ takes }) => takes?.v4 === address || takes?.v6 === address);
  return has?.holder;
}
