// The log behind the contract server: $all, streams of it, idempotent appends at expected revisions. Where EventStoreDB
// leaves room, it takes the choice that is hardest on a client: positions have gaps and more than 53 bits, events
// appended together share their commit position, and events of the server's own stand in between.
export interface LogEvent {
  readonly stream: string;
  readonly revision: number;
  readonly id: string;
  readonly type: string;
  readonly contentType: string;
  readonly data: Uint8Array;
  readonly metadata: Uint8Array;
  readonly commit: bigint;
  readonly prepare: bigint;
}

export type Proposed = Pick<LogEvent, 'id' | 'type' | 'contentType' | 'data' | 'metadata'>;

/** -1: the stream must not exist; 'any' and 'exists' as the protocol has them. */
export type Expected = number | 'any' | 'exists';

export type LogWrite =
  | { readonly revision: number; readonly last: LogEvent; readonly isRepeated: boolean }
  /** -1: there is no such stream. */
  | { readonly current: number };

/** Far above 2^53, where a client that takes positions for numbers goes wrong. */
const FIRST_POSITION = 9_007_199_254_741_000n;
/** The server writes its statistics after every so many appends. */
const STATISTICS_EVERY = 3;

export class ContractLog {
  readonly all: LogEvent[] = [];
  private readonly streams = new Map<string, LogEvent[]>();
  private readonly listeners = new Set<() => void>();
  private position = FIRST_POSITION;
  private appends = 0;

  append(stream: string, expected: Expected, proposed: readonly Proposed[]): LogWrite {
    const history = this.streamOf(stream);
    const current = history[history.length - 1]?.revision ?? -1;
    const isExpected = expected === 'any' || (expected === 'exists' ? current >= 0 : current === expected);
    if (!isExpected) return this.repeated(history, expected, proposed) ?? { current };
    this.write(stream, proposed);
    this.appends += 1;
    if (this.appends % STATISTICS_EVERY === 0) this.writeStatistics();
    for (const listener of [...this.listeners]) listener();
    const last = history[history.length - 1]!;
    return { revision: last.revision, last, isRepeated: false };
  }

  /** Creates nothing. */
  historyOf(stream: string): readonly LogEvent[] {
    return this.streams.get(stream) ?? [];
  }

  /** Removes the first `count` events of a stream, as its metadata `$maxCount` would; revisions stay as they were. */
  forget(stream: string, count: number): void {
    const gone = new Set(this.streamOf(stream).splice(0, count));
    this.all.splice(0, this.all.length, ...this.all.filter((event) => !gone.has(event)));
  }

  /** Called after each append; returns what ends it. */
  listen(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private repeated(
    history: readonly LogEvent[],
    expected: Expected,
    proposed: readonly Proposed[],
  ): LogWrite | undefined {
    if (typeof expected !== 'number') return undefined;
    const after = history.filter(({ revision }) => revision > expected);
    const there = after.slice(0, proposed.length);
    const isSame =
      there.length === proposed.length && there.every(({ id }, index) => id === proposed[index]!.id);
    const last = there[there.length - 1];
    return isSame && last ? { revision: last.revision, last, isRepeated: true } : undefined;
  }

  private write(stream: string, proposed: readonly Proposed[]): void {
    const history = this.streamOf(stream);
    const prepares = proposed.map(({ data }) => (this.position += BigInt(64 + data.length)));
    const commit = prepares[prepares.length - 1]!;
    const next = (history[history.length - 1]?.revision ?? -1) + 1;
    proposed.forEach((event, index) => {
      const recorded = { ...event, stream, revision: next + index, commit, prepare: prepares[index]! };
      history.push(recorded);
      this.all.push(recorded);
    });
  }

  private writeStatistics(): void {
    const data = Buffer.from('{"proc-id":1}');
    const id = `00000000-0000-4000-8000-${String(this.appends).padStart(12, '0')}`;
    const event = {
      id,
      type: '$statsCollected',
      contentType: 'application/json',
      data,
      metadata: new Uint8Array(),
    };
    this.write('$stats-127.0.0.1:2113', [event]);
  }

  private streamOf(stream: string): LogEvent[] {
    const history = this.streams.get(stream) ?? [];
    this.streams.set(stream, history);
    return history;
  }
}

/** First by commit, then by prepare position. */
export function isBefore(
  a: Pick<LogEvent, 'commit' | 'prepare'>,
  b: Pick<LogEvent, 'commit' | 'prepare'>,
): boolean {
  return a.commit === b.commit ? a.prepare < b.prepare : a.commit < b.commit;
}
