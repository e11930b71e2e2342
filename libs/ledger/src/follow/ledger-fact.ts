// A recorded event as the ledger's own: decoded once, however many follow the log in this process. They are given the
// same objects while these are new (see RecentLog in libs/event-store).
import type { LedgerFact } from '@holdfast/api';
import { type RecordedEvent, decidedAtOf, idIn, readMetadata } from '@holdfast/event-store';
import { newerLevelText, subnet, vipName } from '@holdfast/ipam';

/**
 * An event that is the ledger's and that this program cannot take in: a newer one wrote it, or it is damaged. No retry makes it
 * readable, and whoever left it out would give away what it holds.
 */
export class UnreadableEvent extends Error {
  override readonly name: string = 'UnreadableEvent';
  readonly code = 'event-unreadable';
  readonly retryable = false;

  static of({ type, stream, version, position }: RecordedEvent, cause: unknown): UnreadableEvent {
    const why = cause instanceof Error ? cause.message : String(cause);
    return new UnreadableEvent(
      `the event ${type} at position ${position} (${stream}, version ${version}) cannot be read: ${why}. ` +
        `Nothing can be told or done without it: run the version of Holdfast that wrote it, or a newer one.`,
      { cause },
    );
  }
}

/** The ledger's events are written at a level above this program's: somebody finished an upgrade with a newer one. */
export class NewerLedger extends UnreadableEvent {
  override readonly name = 'NewerLedger';

  constructor(level: number, programLevel: number) {
    super(
      `${newerLevelText(level, programLevel)}. It changed nothing, and ends: run the version of Holdfast that works on this ledger, or a newer one.`,
    );
  }
}

const decoded = new WeakMap<RecordedEvent, LedgerFact>();

/** `undefined` for a stream that is none of the ledger's. @throws UnreadableEvent */
export function factOf(recorded: RecordedEvent): LedgerFact | undefined {
  const known = decoded.get(recorded);
  if (known) return known;
  const fact = readable(recorded, () => decode(recorded));
  if (fact) decoded.set(recorded, fact);
  return fact;
}

/** @throws UnreadableEvent whatever `read` throws, as that event's */
export function readable<Read>(recorded: RecordedEvent, read: () => Read): Read {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof UnreadableEvent) throw cause;
    throw UnreadableEvent.of(recorded, cause);
  }
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
