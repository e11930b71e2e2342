// The log behind the contract server, as EventStoreDB keeps one: records at positions that come from their sizes, streams of
// them, and what the metadata of a stream, a delete or a scavenge does to both. It decides nothing about what is expected.
import type { Clock } from '@holdfast/clock';
import { hiddenBelow, rulesIn, type StreamRules } from './stream-rules';

export interface LogEvent {
  readonly stream: string;
  readonly revision: bigint;
  readonly id: string;
  readonly type: string;
  readonly contentType: string;
  readonly data: Uint8Array;
  readonly metadata: Uint8Array;
  /** Of its record in the log: commit and prepare are the same. */
  readonly position: bigint;
  /** Of the record, in bytes. */
  readonly size: bigint;
  /** Milliseconds since 1970. */
  readonly createdAtMs: number;
}

export type Proposed = Pick<LogEvent, 'id' | 'type' | 'contentType' | 'data' | 'metadata'>;

/** Far above 2^53, where a client that takes positions for numbers goes wrong. */
const FIRST_POSITION = 9_007_199_254_741_000n;
/** What a record has besides its texts: its fixed fields and two lengths. */
const RECORD_BYTES = 90;
/** The version of a tombstone. */
export const DELETED = 2n ** 63n - 1n;
export const NO_EVENT = -1n;

export class ContractLog {
  /** By position. */
  private records: LogEvent[] = [];
  private streams = new Map<string, LogEvent[]>();
  private readonly listeners = new Set<() => void>();
  private end = FIRST_POSITION;
  /** Where the part of the log ends that a scavenge wrote anew. */
  private scavengedUpTo = 0n;

  constructor(private readonly clock: Pick<Clock, 'now'>) {}

  get all(): readonly LogEvent[] {
    return this.records;
  }

  /** Whether a read of everything may begin there: a record does, or the log was written anew, or is over before. */
  isReadableFrom(position: bigint): boolean {
    if (position < this.scavengedUpTo || position >= this.end || position <= FIRST_POSITION) return true;
    return this.records[this.indexFrom(position)]?.position === position;
  }

  /** Of the first record at that position or after it. */
  indexFrom(position: bigint): number {
    return firstIndex(this.records, (record) => record.position >= position);
  }

  /** Everything of the stream that is still in the log, hidden or not. Creates nothing. */
  historyOf(stream: string): readonly LogEvent[] {
    return this.streams.get(stream) ?? [];
  }

  /** Of the last event, hidden or not; `DELETED` after a tombstone, `NO_EVENT` where there never was one. */
  lastOf(stream: string): bigint {
    if (this.isTombstoned(stream)) return DELETED;
    const history = this.historyOf(stream);
    return history[history.length - 1]?.revision ?? NO_EVENT;
  }

  rulesOf(stream: string): StreamRules {
    const metadata = this.historyOf(`$$${stream}`);
    return rulesIn(stream, metadata[metadata.length - 1]?.data);
  }

  isSoftDeleted(stream: string): boolean {
    return this.rulesOf(stream).truncateBefore === DELETED;
  }

  /** What a read of the stream may show, of those that are in the log. */
  visibleIn(stream: string): { readonly events: readonly LogEvent[]; readonly from: bigint } {
    const history = this.historyOf(stream);
    const rules = this.rulesOf(stream);
    const from = hiddenBelow(rules, this.lastOf(stream));
    const { maxAgeMs } = rules;
    const shown =
      from === 0n ? history : history.slice(firstIndex(history, ({ revision }) => revision >= from));
    if (maxAgeMs === undefined) return { events: shown, from };
    const sinceMs = this.clock.now() - maxAgeMs;
    const events = shown.filter(({ createdAtMs }) => createdAtMs >= sinceMs);
    return { events, from: events[0]?.revision ?? this.lastOf(stream) + 1n };
  }

  write(stream: string, proposed: readonly Proposed[]): readonly LogEvent[] {
    const first = this.lastOf(stream) + 1n;
    const written = proposed.map((event, at) =>
      this.record({ ...event, stream, revision: first + BigInt(at) }),
    );
    this.tell();
    return written;
  }

  tombstone(stream: string, id: string): LogEvent {
    const event = { ...NOTHING, id, type: '$streamDeleted', stream, revision: DELETED };
    const record = this.record(event);
    this.tell();
    return record;
  }

  /** Removes what is hidden, but for the last event of each stream, and writes what remains anew. */
  scavenge(): void {
    const kept = new Set<LogEvent>();
    for (const [stream, history] of this.streams) {
      const metadataOf = stream.startsWith('$$') ? stream.slice(2) : undefined;
      if (metadataOf !== undefined && this.isTombstoned(metadataOf)) continue;
      const visible = this.isTombstoned(stream) ? [] : this.visibleIn(stream).events;
      for (const event of visible) kept.add(event);
      kept.add(history[history.length - 1]!);
    }
    this.keep((record) => kept.has(record));
    this.scavengedUpTo = this.end;
  }

  /** The log as it was when it ended at that position: a backup that was taken then, put back. */
  restoreTo(position: bigint): void {
    this.keep((record) => record.position + record.size <= position);
    const last = this.records[this.records.length - 1];
    this.end = last ? last.position + last.size : FIRST_POSITION;
    this.scavengedUpTo = this.scavengedUpTo < this.end ? this.scavengedUpTo : this.end;
  }

  /** Where the next record goes. */
  get endPosition(): bigint {
    return this.end;
  }

  /** Called after each write; returns what ends it. */
  listen(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private isTombstoned(stream: string): boolean {
    const of = stream.startsWith('$$') ? stream.slice(2) : stream;
    const history = this.streams.get(of);
    return history?.[history.length - 1]?.revision === DELETED;
  }

  private record(event: Omit<LogEvent, 'position' | 'size' | 'createdAtMs'>): LogEvent {
    const texts = Buffer.byteLength(event.stream) + Buffer.byteLength(event.type);
    const size = BigInt(RECORD_BYTES + texts + event.data.length + event.metadata.length);
    const record = { ...event, position: this.end, size, createdAtMs: this.clock.now() };
    this.end += size;
    this.records.push(record);
    const history = this.streams.get(event.stream) ?? [];
    this.streams.set(event.stream, history);
    history.push(record);
    return record;
  }

  private keep(isKept: (record: LogEvent) => boolean): void {
    this.records = this.records.filter(isKept);
    const streams = new Map<string, LogEvent[]>();
    for (const record of this.records)
      streams.set(record.stream, [...(streams.get(record.stream) ?? []), record]);
    this.streams = streams;
  }

  private tell(): void {
    for (const listener of [...this.listeners]) listener();
  }
}

const NOTHING = {
  contentType: 'application/octet-stream',
  data: new Uint8Array(),
  metadata: new Uint8Array(),
};

/** In a list where all that are not so come before all that are. */
export function firstIndex<Item>(items: readonly Item[], isSo: (item: Item) => boolean): number {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isSo(items[middle]!)) high = middle;
    else low = middle + 1;
  }
  return low;
}
