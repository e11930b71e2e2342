// A recorded event as the ledger's own: decoded once, however many follow the log in this process. They are given the
// same objects while these are new (see RecentLog in libs/event-store).
import type { LedgerFact } from '@holdfast/api';
import { type RecordedEvent, decidedAtOf, idIn, readMetadata } from '@holdfast/event-store';
import { subnet, vipName } from '@holdfast/ipam';

const decoded = new WeakMap<RecordedEvent, LedgerFact>();

/** `undefined` for a stream that is none of the ledger's. */
export function factOf(recorded: RecordedEvent): LedgerFact | undefined {
  const known = decoded.get(recorded);
  if (known) return known;
  const fact = decode(recorded);
  if (fact) decoded.set(recorded, fact);
  return fact;
}

function decode(recorded: RecordedEvent): LedgerFact | undefined {
  const { id: eventId, position, version, stream } = recorded;
  const ofSubnet = idIn(subnet.category, stream);
  const ofVip = ofSubnet === undefined ? idIn(vipName.category, stream) : undefined;
  if (ofSubnet === undefined && ofVip === undefined) return undefined;
  const stored = readMetadata(recorded);
  const { actor, through, commandId } = stored;
  const atMs = decidedAtOf(stored);
  const metadata = { eventId, position, version, atMs, actor, through, commandId };
  return ofSubnet === undefined
    ? { ...metadata, category: 'vip', id: ofVip as string, event: vipName.codec.decode(recorded) }
    : { ...metadata, category: 'subnet', id: ofSubnet, event: subnet.codec.decode(recorded) };
}
