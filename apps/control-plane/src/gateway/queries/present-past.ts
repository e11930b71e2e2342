// Events of the past as the contract tells them.
import type { MessageInitShape } from '@bufbuild/protobuf';
import { type LedgerFact, presentEvent, presentHeldReservation, presentUsers, type v1 } from '@holdfast/api';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import type { RecordedEvent } from '@holdfast/event-store';
import { subnet } from '@holdfast/ipam';
import { type PastHolding, factOf } from '@holdfast/ledger';

export function presentPast(recorded: RecordedEvent): ReturnType<typeof presentEvent> {
  return presentEvent(factOf(recorded) as LedgerFact);
}

export function presentHolding({
  subnet: name,
  latest,
  began,
  sinceMs,
  use,
  keptBecause = '',
}: PastHolding): MessageInitShape<typeof v1.HoldingSchema> {
  const { reservation } = subnet.replyTo(latest);
  const { users, retained } = presentUsers(use);
  return {
    ...(reservation && {
      reservation: {
        ...presentHeldReservation(name, reservation),
        since: timestampFromMs(sinceMs),
        users,
        ...(retained && { retained: { ...retained, reason: keptBecause } }),
      },
    }),
    began: presentPast(began),
  };
}
