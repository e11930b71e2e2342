// Events of the past as the contract tells them.
import { type LedgerFact, presentEvent, presentHeldReservation } from '@holdfast/api';
import { type RecordedEvent, idIn, readMetadata } from '@holdfast/event-store';
import { subnet, vipName } from '@holdfast/ipam';
import type { PastEvent } from '../ledger/answer-history';

/** `undefined` for a stream that is none of the ledger's. */
export function factOf(recorded: RecordedEvent): LedgerFact | undefined {
  const { atMs, actor, through, commandId } = readMetadata(recorded);
  const { id: eventId, position, version } = recorded;
  const told = { eventId, position, version, atMs, actor, through, commandId };
  const ofSubnet = idIn(subnet.category, recorded.stream);
  if (ofSubnet !== undefined) {
    return { ...told, category: 'subnet', id: ofSubnet, event: subnet.codec.decode(recorded) };
  }
  const ofVip = idIn(vipName.category, recorded.stream);
  if (ofVip === undefined) return undefined;
  return { ...told, category: 'vip', id: ofVip, event: vipName.codec.decode(recorded) };
}

export function presentPast({ recorded }: PastEvent): ReturnType<typeof presentEvent> {
  return presentEvent(factOf(recorded) as LedgerFact);
}

/** What the event left in its holder's hands. */
export function presentPastReservation({
  subnet: name,
  event,
}: PastEvent): ReturnType<typeof presentHeldReservation> | undefined {
  const { reservation } = subnet.replyTo(event);
  return reservation && presentHeldReservation(name, reservation);
}
