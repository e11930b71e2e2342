// The last place in the log that this process has seen, and whether the server that answers now still has it: another one may be
// behind the address, or an older copy may have been put back. It is looked for before anything is asked on a new connection.
import { comparePositions, type Position, StoreFault } from '../port/event-store';

export interface SeenEvent {
  readonly position: Position;
  readonly id: string;
}

export class KnownPlace {
  private seen: SeenEvent | undefined;
  /** Of what was read, the last: from where a reader goes on. */
  private read: SeenEvent | undefined;
  private isDoubtful = false;
  private looking: Promise<void> | undefined;

  /** @param eventAt the id of the event at that position, if there is one. @throws StoreFault */
  constructor(private readonly eventAt: (position: Position) => Promise<string | undefined>) {}

  /** An event of the log was appended. */
  appended(event: SeenEvent): void {
    this.seen = later(this.seen, event);
  }

  /** The log was read up to an event. */
  readUpTo(event: SeenEvent | undefined): void {
    this.read = later(this.read, event);
    this.seen = later(this.seen, event);
  }

  /** A call failed, so that the next one may be answered by another server. */
  doubt(): void {
    this.isDoubtful = true;
  }

  /** Resolves where the log is still the one that it was. @throws StoreFault `store-corrupt` where it is not */
  async assure(): Promise<void> {
    if (!this.isDoubtful || !this.seen) return;
    this.looking ??= this.look(this.seen).finally(() => (this.looking = undefined));
    return this.looking;
  }

  /** @throws StoreFault where a read that goes on from `after` does not begin with the event that was read there */
  assertBegins(after: Position, first: SeenEvent | undefined): void {
    const { read } = this;
    if (!read || read.position !== after || first?.id === read.id) return;
    this.isDoubtful = true;
    throw otherLog(read);
  }

  private async look(seen: SeenEvent): Promise<void> {
    if ((await this.eventAt(seen.position)) !== seen.id) throw otherLog(seen);
    this.isDoubtful = false;
  }
}

function later(one: SeenEvent | undefined, other: SeenEvent | undefined): SeenEvent | undefined {
  if (!one || !other) return one ?? other;
  return comparePositions(one.position, other.position) >= 0 ? one : other;
}

function otherLog({ position }: SeenEvent): StoreFault {
  const message = `EventStoreDB: the event at ${position} was read or written before, and is gone or another one: the server that answers has an older log, or another one`;
  return new StoreFault('store-corrupt', message, false);
}
