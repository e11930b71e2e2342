// The port: what the ledger asks of whatever remembers its events. Five members, shaped by three stores at
// once (memory, SQLite, EventStoreDB); libs/event-store/src/testing holds the suite that keeps them honest.
// What is promised here is asked there of every store; what only one store does is not promised.

/** Place of an event in its stream: 0 for the first. */
export type Version = number;

/** The version of a stream that has no events. */
export const NO_STREAM = -1;

/**
 * Place of an event in the whole log: an opaque, ordered token; only `comparePositions` may look inside.
 * SQLite: a decimal integer ("42"); EventStoreDB: "commit/prepare".
 */
export type Position = string;

/** An event to be stored. `data` and `metadata` are JSON texts (RFC 8259), kept byte for byte. */
export interface NewEvent {
  /** A UUID, lower case. Appending the same ids again at the same expected version is the same append. */
  readonly id: string;
  /** Not empty; no NUL. */
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
   * Appends all of `events` or nothing. Resolves only once they are durable. Sending the same ids again at the same
   * `expected` is the same append: it gets the first answer, however the stream has grown since.
   * @param stream not empty, well-formed, no NUL
   * @param expected the stream's last version, `NO_STREAM` when it must have no events
   * @param events at least one, at most `APPEND_BYTES_MAX` in all
   * @throws StoreFault: `append-outcome-unknown` when the reply was lost (they may be there: send the append again,
   *   or read and compare ids); `store-corrupt` when the stream is not what it was; any other code when surely nothing was
   *   written.
   * @throws TypeError, RangeError for arguments of another shape, which is a bug of the caller.
   */
  append(stream: string, expected: Version, events: readonly NewEvent[]): Promise<AppendResult>;

  /**
   * The events of `stream` from version `from` on, in pages (arrays, never empty), at least up to its end at call
   * time. A stream without events has no pages.
   * @throws StoreFault `store-corrupt` rather than leave one out, `store-unavailable`, `store-closed`.
   */
  readStream(stream: string, from: Version): AsyncIterable<readonly RecordedEvent[]>;

  /**
   * Everything after `after` (`undefined`: from the beginning), in log order, in pages (never empty), at least up to
   * the log's end at call time. Events never appear later at a position that was read past.
   * @throws StoreFault as `readStream`; TypeError when `after` is no position of this store.
   */
  readAll(after: Position | undefined, options?: ReadAllOptions): AsyncIterable<readonly RecordedEvent[]>;

  /**
   * A hint that something was appended, by whomever; it may be lost, doubled or early, so that a follower
   * also looks on a slow clock. `hint` must not throw. Returns what ends the hints.
   */
  onAppend(hint: () => void): () => void;

  /** Waits for appends under way, then lets go of everything; whatever is asked afterwards is `store-closed`. */
  close(): Promise<void>;
}

export type StoreFaultCode =
  | 'append-outcome-unknown'
  | 'store-unavailable'
  | 'store-full'
  | 'store-locked'
  /** The store does not know us, or does not let us: an administrator's matter. */
  | 'store-denied'
  /** The append is larger than the store takes, though not than the port does. */
  | 'append-too-large'
  | 'store-corrupt'
  | 'store-closed';

/**
 * What is not a value: the store could not do it. `retryable`: the same call may succeed later, without anybody
 * doing anything to this process.
 */
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
