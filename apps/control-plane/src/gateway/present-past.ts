// Events of the past as the contract tells them.
import type { MessageInitShape } from '@bufbuild/protobuf';
import { type LedgerFact, presentEvent, presentHeldReservation, type v1 } from '@holdfast/api';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { type RecordedEvent, idIn, readMetadata } from '@holdfast/event-store';
import { subnet, vipName } from '@holdfast/ipam';
import type { PastHolding } from '../ledger/answer-history';

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

export function presentPast(recorded: RecordedEvent): ReturnType<typeof presentEvent> {
  return presentEvent(factOf(recorded) as LedgerFact);
}

export function presentHolding({
  subnet: name,
  latest,
  began,
}: PastHolding): MessageInitShape<typeof v1.HoldingSchema> {
  const { reservation } = subnet.replyTo(latest);
  return {
    ...(reservation && {
      reservation: {
        ...presentHeldReservation(name, reservation),
        since: timestampFromMs(readMetadata(began).atMs),
      },
    }),
    began: presentPast(began),
  };
}
