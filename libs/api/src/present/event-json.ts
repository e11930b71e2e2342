// Events as JSON, for publishing: the same text as the contract's encoder makes, but the frequent ones are written by
// hand, because every committed event passes here and the encoder takes five times as long.
import type { HeldAddress } from '@holdfast/ipam';
import { LedgerEventSchema } from '../contract';
import { presentHeld } from './address';
import { encodeMessage } from './encode';
import { type LedgerFact, presentEvent } from './event';

const utf8 = new TextEncoder();

export function encodeEventJson(fact: LedgerFact): Uint8Array {
  const { event } = fact;
  if (event.type === 'AddressReserved' && event.port === undefined) {
    return utf8.encode(addressEvent(fact, event.holder, event));
  }
  if (event.type === 'AddressReleased' && !event.evidence) {
    return utf8.encode(addressEvent(fact, event.holder, event, event.reason));
  }
  return encodeMessage(LedgerEventSchema, presentEvent(fact), 'json');
}

/** The fields of `LedgerEvent` in the order of their numbers. */
function addressEvent(fact: LedgerFact, holder: string, held: HeldAddress, reason?: string): string {
  return JSON.stringify({
    id: fact.eventId,
    position: fact.position,
    stream: `${fact.category}-${fact.id}`,
    version: String(fact.version),
    time: timeText(fact.atMs),
    type: fact.event.type,
    subnet: fact.id,
    holder,
    ...presentHeld(held),
    reason,
    actor: fact.actor,
    through: fact.through,
    commandId: fact.commandId,
  });
}

/** As ProtoJSON has a Timestamp: no fraction when it is a whole second, else three digits. */
function timeText(atMs: number): string {
  const text = new Date(atMs).toISOString();
  return atMs % 1000 === 0 ? text.replace('.000', '') : text;
}
