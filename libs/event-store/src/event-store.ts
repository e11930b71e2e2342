// The port: what the ledger asks of whatever remembers its events. Five members, shaped by three stores at
// once (memory, SQLite, EventStoreDB); libs/event-store/src/testing holds the suite that keeps them honest.

/** Place of an event in its stream: 0 for the first. */
export type Version = number;

/** The version of a stream that has no events. */
export const NO_STREAM = -1;

/**
 * Place of an event in the whole log: an opaque, ordered token; only `comparePositions` may look inside.
 * SQLite: a decimal integer ("42"); EventStoreDB: "commit/prepare".
 */
export type Position = string;

/** An event to be stored. `data` and `metadata` are JSON texts, kept byte for byte. */
export interface NewEvent {
  /** A UUID. Appending the same ids again at the same expected version is the same append. */
  readonly id: string;
  readonly type: string;
  readonly data: string;
  readonly metadata: string;
}

export interface RecordedEvent extends NewEvent {
  readonly stream: string;
  readonly version: Version;
  readonly position: Position;
}

export type AppendResult =
  | { readonly outcome: 'appended'; readonly positions: readonly Position[] }
  /** Nothing was written: the stream is at `actual`, not where the caller thought. */
  | { readonly outcome: 'conflict'; readonly actual: Version };

export interface ReadAllOptions {
  /** Only streams whose name starts with this. */
  readonly streamPrefix?: string;
}

export interface EventStore {
  /**
   * Appends all of `events` (at least one) or nothing. Resolves only once they are durable.
   * @throws StoreFault: `append-outcome-unknown` when the reply was lost (they may be there: read and compare
   *   ids), `store-unavailable`, `store-full`, `store-closed` when surely nothing was written.
   */
  append(stream: string, expected: Version, events: readonly NewEvent[]): Promise<AppendResult>;

  /** The events of `stream` from version `from` on, in pages (arrays, never empty), up to its end at call time. */
  readStream(stream: string, from: Version): AsyncIterable<readonly RecordedEvent[]>;

  /** Everything after `after` (`undefined`: from the beginning), in log order, in pages, up to the log's end. */
  readAll(after: Position | undefined, options?: ReadAllOptions): AsyncIterable<readonly RecordedEvent[]>;

  /**
   * A hint that something was appended, by whomever; it may be lost, doubled or early, so that a follower
   * also looks on a slow clock. Returns what ends the hints.
   */
  onAppend(hint: () => void): () => void;

  /** Waits for appends under way, then lets go of everything. */
  close(): Promise<void>;
}

export type StoreFaultCode =
  | 'append-outcome-unknown'
  | 'store-unavailable'
  | 'store-full'
  | 'store-locked'
  | 'store-corrupt'
  | 'store-closed';

/** What is not a value: the store could not do it. `retryable`: the same call may succeed later. */
export class StoreFault extends Error {
  override readonly name = 'StoreFault';

  constructor(
    readonly code: StoreFaultCode,
    message: string,
    readonly retryable: boolean,
    /** Where the log is damaged, for `store-corrupt`: the last position known good, if any. */
    readonly lastGood?: Position,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Orders two positions of the same store: negative, zero or positive. */
export function comparePositions(a: Position, b: Position): number {
  const left = a.split('/');
  const right = b.split('/');
  for (let part = 0; part < left.length; part += 1) {
    const order = compareDecimals(left[part] ?? '', right[part] ?? '');
    if (order !== 0) return order;
  }
  return 0;
}

/** Decimal integers without leading zeros, of any size. */
function compareDecimals(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : a > b ? 1 : 0;
}
