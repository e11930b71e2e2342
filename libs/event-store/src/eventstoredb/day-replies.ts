// The reply store on EventStoreDB: a stream a day, `replies-2026-01-31`, beside the ledger's streams. What an administrator
// deletes of it once the window is over is missed by nobody. Several processes share it: the expected version tells who was
// first, and each reads what the others wrote since it last looked.

import { appendSurely } from '../command-loop/append-surely';
import { type Clock, CLOCK_SKEW_MAX_MS } from '@holdfast/clock';
import { hashOf, idFromHash } from '../envelope/event-envelope';
import {
  type EventStore,
  NO_STREAM,
  type NewEvent,
  type RecordedEvent,
  StoreFault,
} from '../port/event-store';
import { type Reply, type ReplyStore, isOf } from '../port/reply-store';
import { REPLY_TYPE } from './read-messages';
import { ReplyPlaces } from './reply-places';

/** Text that goes in one append, UTF-16 units: in the worst case below the 1 MB that the port allows. */
const TEXT_MAX = 250_000;
/** Other processes may append in between this often before we give up. */
const CONFLICT_ATTEMPTS_MAX = 16;
const DAY_MS = 24 * 3_600_000;

interface Waiting {
  readonly replies: readonly Reply[];
  readonly sinceMs: number;
  resolve(remembered: readonly Reply[]): void;
  reject(fault: unknown): void;
}

export interface DayRepliesOptions {
  readonly store: Pick<EventStore, 'append' | 'readStream'>;
  /** As `readStream`, but what is gone from the stream is left out: at most `count` events. */
  readonly read: (stream: string, from: number, count?: number) => AsyncIterable<readonly RecordedEvent[]>;
  readonly clock: Clock;
  /** How far back what others remembered is of interest. */
  readonly windowMs: number;
}

export class DayReplies implements ReplyStore {
  private readonly places = new ReplyPlaces();
  private readonly days = new Map<string, Day>();
  private waiting: Waiting[] = [];
  private isWriting = false;
  private reading: Promise<void> | undefined;
  private nextReading: Promise<void> | undefined;

  constructor(private readonly options: DayRepliesOptions) {}

  /** A reading that is under way may be past what was written since: whoever comes meanwhile waits for the next one. */
  catchUp(): Promise<void> {
    if (!this.reading) return this.read();
    this.nextReading ??= this.reading
      .catch(() => undefined)
      .then(() => {
        this.nextReading = undefined;
        return this.read();
      });
    return this.nextReading;
  }

  mayHave(commandId: string): boolean {
    return this.places.index.mayHave(commandId);
  }

  async recall(stream: string, commandId: string): Promise<Reply | undefined> {
    for (const { day, version } of this.places.candidates(commandId)) {
      for await (const page of this.options.read(day, version, 1)) {
        const reply = page[0] && page[0].version === version ? replyOf(page[0]) : undefined;
        if (reply && isOf(reply, stream, commandId)) return reply;
      }
    }
    return undefined;
  }

  remember(replies: readonly Reply[], sinceMs: number): Promise<readonly Reply[]> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ replies, sinceMs, resolve, reject });
      if (!this.isWriting) void this.write();
    });
  }

  forgottenUntilMs(caller: string): number {
    return this.places.index.forgottenUntilMs(caller);
  }

  private read(): Promise<void> {
    this.reading = this.readDays().finally(() => (this.reading = undefined));
    return this.reading;
  }

  private async readDays(): Promise<void> {
    const nowMs = this.options.clock.now();
    const firstMs = nowMs - this.options.windowMs - CLOCK_SKEW_MAX_MS;
    const lastMs = nowMs + CLOCK_SKEW_MAX_MS;
    for (let day = Math.floor(firstMs / DAY_MS); day <= Math.floor(lastMs / DAY_MS); day += 1) {
      const { isOver, stream } = this.day(day * DAY_MS);
      if (!isOver) await this.readDay(this.day(day * DAY_MS));
      // Nobody's clock is so far behind that it will still write there.
      if ((day + 1) * DAY_MS < nowMs - DAY_MS / 2) (this.days.get(stream) as Day).isOver = true;
    }
  }

  /** From the last known one on, to see that it is still the same stream: another server may answer at the address. */
  private async readDay(day: Day): Promise<void> {
    let isFirst = day.version > NO_STREAM;
    for await (const page of this.options.read(day.stream, Math.max(day.version, 0))) {
      const [first] = page;
      if (isFirst && first?.id !== day.lastId) return this.readAnew(day);
      isFirst = false;
      for (const event of page) this.take(day, event);
    }
    if (isFirst) return this.readAnew(day);
  }

  private async readAnew(day: Day): Promise<void> {
    day.version = NO_STREAM;
    day.lastId = undefined;
    for await (const page of this.options.read(day.stream, 0))
      for (const event of page) this.take(day, event);
  }

  /** What was read, or written by us, whichever is known first. */
  private take(day: Day, event: NewEvent & { readonly version: number }, sinceMs = -Infinity): void {
    if (event.version <= day.version) return;
    day.version = event.version;
    day.lastId = event.id;
    const reply = replyOf(event);
    if (reply) this.places.add(reply, { day: day.stream, version: event.version }, sinceMs);
  }

  private async write(): Promise<void> {
    this.isWriting = true;
    while (this.waiting.length > 0) {
      const group = this.nextGroup();
      try {
        await this.writeGroup(group);
      } catch (fault) {
        for (const { reject } of group) reject(fault);
      }
    }
    this.isWriting = false;
  }

  private nextGroup(): Waiting[] {
    let [units, count] = [0, 0];
    for (const { replies } of this.waiting) {
      units += replies.reduce((sum, reply) => sum + JSON.stringify(reply).length, 0);
      if (units > TEXT_MAX && count > 0) break;
      count += 1;
    }
    return this.waiting.splice(0, count);
  }

  private async writeGroup(group: readonly Waiting[]): Promise<void> {
    for (let attempt = 1; attempt <= CONFLICT_ATTEMPTS_MAX; attempt += 1) {
      const firsts = await Promise.all(
        group.map(({ replies }) => Promise.all(replies.map((reply) => this.firstOr(reply)))),
      );
      const fresh = group.flatMap(({ replies }, at) =>
        replies.filter((reply, of) => firsts[at]?.[of] === reply),
      );
      if (!(await this.isAppended(fresh, group[0]?.sinceMs ?? -Infinity))) {
        await this.catchUp();
        continue;
      }
      group.forEach(({ resolve }, at) => resolve(firsts[at] as readonly Reply[]));
      return;
    }
    const message = `${CONFLICT_ATTEMPTS_MAX} appends of replies lost against other writers`;
    throw new StoreFault('store-unavailable', message, true);
  }

  private async firstOr(reply: Reply): Promise<Reply> {
    const { stream, commandId } = reply;
    return (this.mayHave(commandId) && (await this.recall(stream, commandId))) || reply;
  }

  /** False: somebody else appended in between. */
  private async isAppended(replies: readonly Reply[], sinceMs: number): Promise<boolean> {
    const { store, clock } = this.options;
    const day = this.day(clock.now());
    for (const events of parts(replies.map((reply) => eventOf(day.stream, reply)))) {
      const expected = day.version;
      const { outcome } = await appendSurely(store, clock, day.stream, expected, events);
      if (outcome === 'conflict') return false;
      events.forEach((event, at) => this.take(day, { ...event, version: expected + 1 + at }, sinceMs));
    }
    return true;
  }

  private day(atMs: number): Day {
    const stream = `replies-${new Date(atMs).toISOString().slice(0, 10)}`;
    const day = this.days.get(stream) ?? { stream, version: NO_STREAM, lastId: undefined, isOver: false };
    this.days.set(stream, day);
    return day;
  }
}

interface Day {
  readonly stream: string;
  /** Of the last reply that is known. */
  version: number;
  lastId: string | undefined;
  /** Everything in it is known. */
  isOver: boolean;
}

function eventOf(stream: string, reply: Reply): NewEvent {
  const stored = { type: REPLY_TYPE, data: JSON.stringify(reply), metadata: '{}' };
  return { id: idFromHash(hashOf(stream, 0, stored)), ...stored };
}

/** Whatever else somebody put there is passed over. */
const replyOf = ({ type, data }: NewEvent): Reply | undefined =>
  type === REPLY_TYPE ? (JSON.parse(data) as Reply) : undefined;

function parts(events: readonly NewEvent[]): NewEvent[][] {
  const all: NewEvent[][] = [];
  let units = Infinity;
  for (const event of events) {
    if (units + event.data.length > TEXT_MAX) all.push([]);
    if (units + event.data.length > TEXT_MAX) units = 0;
    units += event.data.length;
    all[all.length - 1]?.push(event);
  }
  return all;
}
