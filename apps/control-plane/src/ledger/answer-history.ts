// Answers what is asked of the past: the index of the view says which events, the log has them.
import type { GetHistory, WhoHeld } from '@holdfast/api';
import {
  type EventStore,
  type RecordedEvent,
  comparePositions,
  readMetadata,
  streamOf,
} from '@holdfast/event-store';
import { type HistoryKey, type SubnetEvent, subnet, vipHolder } from '@holdfast/ipam';
import type { Listed } from './answer-query';
import type { LedgerReader } from './ledger-reader';

export interface PastEvent {
  readonly subnet: string;
  readonly recorded: RecordedEvent;
  readonly event: SubnetEvent;
  readonly atMs: number;
}

/** Oldest first. */
export async function getHistory(
  query: GetHistory,
  reader: LedgerReader,
  store: EventStore,
): Promise<Listed<PastEvent>> {
  const { address, holder, vip } = query.subject;
  const key: HistoryKey = address ?? holder ?? vipHolder(vip as string);
  const { after, size } = query.page;
  const past: PastEvent[] = [];
  for (const name of subnetsAsked(query.subnet, reader)) {
    for (const version of [...(reader.historyOf(name)?.versionsOf(key) ?? [])].reverse()) {
      const found = await readPast(name, version, store);
      if (isWithin(found, query) && isAfter(found, after?.[0])) past.push(found);
      if (past.length > size && query.subnet !== undefined) break;
    }
  }
  past.sort((a, b) => comparePositions(a.recorded.position, b.recorded.position));
  const shown = past.slice(0, size);
  const last = past.length > size ? shown[shown.length - 1] : undefined;
  return { entries: shown, ...(last && { last: [last.recorded.position] }) };
}

/** By subnet, the event that put the address into the hands that it was in at that moment. */
export async function whoHeld(query: WhoHeld, reader: LedgerReader, store: EventStore): Promise<PastEvent[]> {
  const holdings: PastEvent[] = [];
  for (const name of [...subnetsAsked(query.subnet, reader)].sort()) {
    for (const version of reader.historyOf(name)?.versionsOf(query.address) ?? []) {
      const past = await readPast(name, version, store);
      if (past.atMs > query.atMs) continue;
      if (leavesHeld(past.event, query.address)) holdings.push(past);
      break;
    }
  }
  return holdings;
}

/** Whether the address is held after the event. */
function leavesHeld(event: SubnetEvent, address: WhoHeld['address']): boolean {
  switch (event.type) {
    case 'AddressReserved':
    case 'AddressMoved':
    case 'VipReserved':
    case 'VipRevised':
      return event.v4 === address || event.v6 === address;
    case 'AddressReleased':
    case 'VipReleased':
    case 'SubnetDefined':
    case 'SubnetRevised':
    case 'SubnetRetired':
    case 'VipNameYielded':
      return false;
  }
}

async function readPast(name: string, version: number, store: EventStore): Promise<PastEvent> {
  for await (const [recorded] of store.readStream(streamOf(subnet.category, name), version)) {
    if (!recorded) break;
    return {
      subnet: name,
      recorded,
      event: subnet.codec.decode(recorded),
      atMs: readMetadata(recorded).atMs,
    };
  }
  throw new Error(`event ${version} of subnet ${name} is in the view but not in the log`);
}

function subnetsAsked(name: string | undefined, reader: LedgerReader): Iterable<string> {
  return name === undefined ? reader.subnetsEver() : [name];
}

function isWithin({ atMs }: PastEvent, { fromMs = -Infinity, toMs = Infinity }: GetHistory): boolean {
  return atMs >= fromMs && atMs < toMs;
}

function isAfter({ recorded }: PastEvent, position: string | undefined): boolean {
  return position === undefined || comparePositions(recorded.position, position) > 0;
}
