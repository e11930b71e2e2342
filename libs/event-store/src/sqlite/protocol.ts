// What the main thread and the two worker threads (writer, reader) say to each other. Flat arrays of strings and
// numbers: a structured clone of deep objects would cost more than the insert.
import { StoreFault, type StoreFaultCode } from '../event-store';
import type { CommitRow } from './commit-row';

export interface WriterStart {
  readonly role: 'writer';
  readonly file: string;
}

export interface ReaderStart {
  readonly role: 'reader';
  readonly file: string;
}

/** To the writer: four entries an append (stream, expected version, count, body), or the word to stop. */
export type WriterOrder = (string | number)[] | 'close';
export const ENTRIES_PER_APPEND = 4;

/** From a worker, once: it may be used. The writer tells what the log holds. */
export interface Opened {
  readonly opened: {
    /** The last event's, 0 when there is none. */
    readonly position: number;
    /** The last version of every stream. */
    readonly heads: ReadonlyMap<string, number>;
    /** What was found and put right, for the operator to know. */
    readonly notices: readonly string[];
  };
}

export interface Refused {
  readonly refused: PortableFault;
}

export interface Closed {
  readonly closed: true;
}

/** The outcome of one append, in the order of the appends. */
export type Outcome =
  /** First of the dense positions. */
  | number
  /** Positions of what had been appended before, under the same ids. */
  | number[]
  /** The stream's actual version. */
  | { conflict: number };

export interface Committed {
  readonly outcomes: Outcome[];
}

/** The fault that met the `appends` oldest appends without an answer. */
export interface CommitFailed {
  readonly failed: PortableFault;
  readonly appends: number;
}

export type WriterReport = Opened | Refused | Closed | Committed | CommitFailed;

/** To the reader, answered in order; bounds are inclusive. */
export type ReaderOrder =
  | { readonly stream: string; readonly from: number; readonly to: number }
  | { readonly from: number; readonly to: number; readonly prefix: string }
  | 'close';

/** From the reader. */
export interface Page {
  readonly rows: CommitRow[];
  /** Where the next page starts: a version of the stream, or a position. */
  readonly next: number;
}

export interface ReadFailed {
  readonly failed: PortableFault;
}

export type ReaderReport = Opened | Refused | Closed | Page | ReadFailed;

/** An error loses its class in a structured clone, so that it travels as its parts. */
export interface PortableFault {
  readonly code: StoreFaultCode;
  readonly message: string;
  readonly retryable: boolean;
  readonly lastGood?: string;
}

export function toPortable(fault: StoreFault): PortableFault {
  const { code, message, retryable, lastGood } = fault;
  return { code, message, retryable, ...(lastGood === undefined ? {} : { lastGood }) };
}

export function fromPortable({ code, message, retryable, lastGood }: PortableFault): StoreFault {
  return new StoreFault(code, message, retryable, lastGood);
}
