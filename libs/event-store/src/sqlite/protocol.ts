// What the main thread and the two worker threads (writer, reader) say to each other. Flat arrays of strings and
// numbers: a structured clone of deep objects would cost more than the insert.
import type { ReplyRow } from './replies/reply-rows';
import { type NewEvent, StoreFault, type StoreFaultCode, type Version } from '../port/event-store';

/** `workerData` of a worker thread. */
export interface ThreadStart {
  readonly role: 'writer' | 'reader';
  readonly file: string;
  /** Of the writer: that it waits for whoever has the file, and says so, instead of being refused. */
  readonly waits: boolean;
}

/** From a worker, once: it may be used. The reader says nothing about the log. */
export interface Opened {
  readonly opened: {
    /** The last event's, 0 when there is none. */
    readonly position: number;
    /** The last version of every stream. */
    readonly heads: ReadonlyMap<string, number>;
    readonly notices: readonly string[];
  };
}

/** From the writer, before it may be used: the process that has the file, whenever that is another. */
export interface Waits {
  readonly waitsFor: number;
}

/** From a worker, once, before it ends. */
export interface Refused {
  readonly refused: PortableFault;
}

/** From a worker, last: it has let go of everything. */
export interface Closed {
  readonly closed: true;
}

/** To the writer: some appends. */
export interface WriteOrder {
  readonly appends: number;
  /** Of each append: stream, expected version, count of events; and of each of its events id, type, data, metadata. */
  readonly entries: readonly (string | number)[];
}

/** Adds one append to the `entries` of an order. */
export function pushAppend(
  entries: (string | number)[],
  stream: string,
  expected: Version,
  events: readonly NewEvent[],
): void {
  entries.push(stream, expected, events.length);
  for (const { id, type, data, metadata } of events) entries.push(id, type, data, metadata);
}

/** To a thread: finish, let go of the file and end. */
export type Close = 'close';

/** The outcome of one append: */
export type AppendOutcome =
  /** the first of its positions, which are dense; */
  | number
  /** the positions of what had been appended before, under the same ids, and none for replies; */
  | number[]
  /** the stream's actual version. */
  | { readonly conflict: number };

/** From the writer: the outcomes of the oldest appends without an answer, in their order. */
export interface Committed {
  readonly outcomes: readonly AppendOutcome[];
  readonly commitMs: number;
}

/** From the writer: the fault that met the `appends` oldest appends without an answer. */
export interface CommitFailed {
  readonly failed: PortableFault;
  readonly appends: number;
}

/** From the writer: it has let go of the file and will write no more. */
export interface Stopped {
  readonly stopped: PortableFault;
}

/** From the writer: the disk, which was full, has room again. */
export interface HasRoom {
  readonly hasRoom: true;
}

export type WriterReport = Waits | HasRoom | Opened | Refused | Closed | Committed | CommitFailed | Stopped;

/** To the reader, answered in order. Bounds are inclusive: positions, or versions of `stream`. */
export interface ReadOrder {
  readonly stream?: string;
  readonly from: number;
  readonly to: number;
  /** Of streams' names; '' for all. */
  readonly prefix: string;
  /** Events after which a page is full. */
  readonly eventsMax: number;
}

/** From the reader: rows by columns, which are cheaper to send than rows. */
export interface EventPage {
  readonly bodies: readonly string[];
  /** Three numbers a row: position, version, index of its stream in `streams`. */
  readonly places: Float64Array;
  readonly streams: readonly string[];
  /** Where the next page starts. */
  readonly next: number;
}

export interface ReplyPage {
  readonly replies: readonly ReplyRow[];
}

export interface ReadFailed {
  readonly failed: PortableFault;
}

export type ReaderReport = Opened | Refused | Closed | EventPage | ReplyPage | ReadFailed;

/** An error loses its class in a structured clone, so that it travels as its parts. */
export interface PortableFault {
  readonly code: StoreFaultCode;
  readonly message: string;
  readonly retryable: boolean;
  readonly lastGood?: string;
}

export function toPortable({ code, message, retryable, lastGood }: StoreFault): PortableFault {
  return { code, message, retryable, ...(lastGood === undefined ? {} : { lastGood }) };
}

export function fromPortable({ code, message, retryable, lastGood }: PortableFault): StoreFault {
  return new StoreFault(code, message, retryable, lastGood);
}
