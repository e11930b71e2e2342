// The planes on a ledger in EventStoreDB: a stream for each day, `planes-2026-01-31`, beside the ledger's streams, as replies
// have one. What an administrator deletes of it is missed by nobody: a plane says within seconds again that it lives.
import type { Clock } from '@holdfast/clock';
import { hashOf, idFromHash } from '../envelope/event-envelope';
import {
  type AppendResult,
  type NewEvent,
  NO_STREAM,
  type RecordedEvent,
  StoreFault,
  type Version,
} from '../port/event-store';
import { type PlaneAnnouncement, type PlaneBoard, readAnnouncement } from './plane-board';

export const ANNOUNCEMENT_TYPE = 'PlaneAnnounced.v1';
const DAY_MS = 24 * 3_600_000;
/** Other planes may append in between this often before we give up until the next time. */
const CONFLICT_ATTEMPTS_MAX = 16;

export interface StreamPlanesOptions {
  readonly append: (stream: string, expected: Version, events: readonly NewEvent[]) => Promise<AppendResult>;
  /** What is left of the stream from that version on. */
  readonly read: (stream: string, from: Version) => AsyncIterable<readonly RecordedEvent[]>;
  readonly clock: Clock;
}

type Said = PlaneAnnouncement & { readonly isOver?: boolean };

export class StreamPlanes implements PlaneBoard {
  private readonly said = new Map<string, Said>();
  /** Of each day's stream, the last version that was read. */
  private readonly versions = new Map<string, Version>();

  constructor(private readonly options: StreamPlanesOptions) {}

  announce(announcement: PlaneAnnouncement): Promise<void> {
    return this.say(announcement);
  }

  async read(): Promise<readonly PlaneAnnouncement[]> {
    const nowMs = this.options.clock.now();
    // Another plane's clock may have another day.
    const days = [nowMs - DAY_MS, nowMs, nowMs + DAY_MS].map(streamOfDay);
    for (const stream of days) await this.readOn(stream);
    for (const stream of this.versions.keys()) if (!days.includes(stream)) this.versions.delete(stream);
    for (const [incarnation, { atMs }] of this.said)
      if (atMs < nowMs - 2 * DAY_MS) this.said.delete(incarnation);
    return [...this.said.values()].filter(({ isOver }) => !isOver);
  }

  async withdraw(incarnation: string): Promise<void> {
    const last = this.said.get(incarnation);
    if (last) await this.say({ ...last, beat: last.beat + 1, isOver: true });
  }

  private async readOn(stream: string): Promise<void> {
    for await (const page of this.options.read(stream, (this.versions.get(stream) ?? NO_STREAM) + 1))
      for (const { type, data, version } of page) {
        this.versions.set(stream, version);
        const said: Said | undefined = type === ANNOUNCEMENT_TYPE ? readAnnouncement(data) : undefined;
        if (said) this.take(said);
      }
  }

  /** A plane's days may be read in another order than it spoke. */
  private take(said: Said): void {
    if ((this.said.get(said.incarnation)?.beat ?? -1) < said.beat) this.said.set(said.incarnation, said);
  }

  private async say(said: Said): Promise<void> {
    const stream = streamOfDay(this.options.clock.now());
    const stored = { type: ANNOUNCEMENT_TYPE, data: JSON.stringify(said), metadata: '{}' };
    const event = { id: idFromHash(hashOf(stream, 0, stored)), ...stored };
    let expected = this.versions.get(stream) ?? NO_STREAM;
    for (let attempt = 1; attempt <= CONFLICT_ATTEMPTS_MAX; attempt += 1) {
      const result = await this.options.append(stream, expected, [event]);
      // What others said in between is read with the next look: the version that was read stays as it is.
      if (result.outcome === 'appended') return this.take(said);
      expected = result.actual;
    }
    const message = `${CONFLICT_ATTEMPTS_MAX} appends to ${stream} lost against other planes`;
    throw new StoreFault('store-unavailable', message, true);
  }
}

const streamOfDay = (atMs: number): string => `planes-${new Date(atMs).toISOString().slice(0, 10)}`;
