// From what a call ended with (gRPC status codes, https://grpc.io/docs/guides/status-codes/, and the exception that
// the server names in the trailers) to the port's faults.
import { StoreFault, type StoreFaultCode } from '../port/event-store';

interface ServiceError extends Error {
  readonly code: number;
  readonly details: string;
  readonly metadata?: { get(key: string): readonly (string | Buffer)[] };
}

/** PERMISSION_DENIED and UNAUTHENTICATED. */
const DENIED: ReadonlySet<number> = new Set([7, 16]);
/** The server looked at the call and turned it down: INVALID_ARGUMENT, UNIMPLEMENTED. */
const TURNED_DOWN: ReadonlySet<number> = new Set([3, 12]);
/**
 * What grpc-js says when it had no connection to send the call over, or when the client had just closed it; and what a server
 * that has no leader yet, or is shutting down, answers before it looks at the call.
 */
const NEVER_SENT =
  /No connection established|Name resolution failed|Channel has been shut down|Channel closed before call started|Server Is Not Ready|Server Is Too Busy|No leader info available/i;
/** What the server says of a place in $all where no record begins: another log, or one that went back, has others. */
const NO_RECORD_THERE = /Unexpected (Filtered)?ReadAllResult: Error/;

/** Of an append. Where it cannot be told that nothing was written, the outcome is unknown. */
export function appendFault(error: unknown, stream: string): StoreFault {
  const turnedDown = codeOfTurnedDown(error);
  if (turnedDown) return fault(turnedDown, stream, error, false);
  const isNeverSent = NEVER_SENT.test(String(error)) || isNotLeader(error);
  return fault(isNeverSent ? 'store-unavailable' : 'append-outcome-unknown', stream, error, true);
}

/** Of a read. `what`: a stream, or $all. */
export function readFault(error: unknown, what: string): StoreFault {
  if (error instanceof StoreFault) return error;
  if (NO_RECORD_THERE.test(String(error))) return fault('store-corrupt', what, error, false);
  const turnedDown = codeOfTurnedDown(error);
  return fault(turnedDown ?? 'store-unavailable', what, error, turnedDown === undefined);
}

/** Another node of the cluster leads now: nothing was written, and the client has turned there. */
export function isNotLeader(error: unknown): boolean {
  return exceptionOf(error) === 'not-leader';
}

function fault(code: StoreFaultCode, what: string, cause: unknown, retryable: boolean): StoreFault {
  return new StoreFault(code, `EventStoreDB, ${what}: ${String(cause)}`, retryable, undefined, { cause });
}

/** Undefined when it may be otherwise at the next try. */
function codeOfTurnedDown(error: unknown): StoreFaultCode | undefined {
  if (!isServiceError(error)) return undefined;
  const exception = exceptionOf(error);
  if (exception === 'stream-deleted') return 'store-corrupt';
  if (exception === 'maximum-append-size-exceeded') return 'append-too-large';
  if (exception === 'access-denied' || DENIED.has(error.code)) return 'store-denied';
  return TURNED_DOWN.has(error.code) ? 'store-unavailable' : undefined;
}

function exceptionOf(error: unknown): string | undefined {
  return isServiceError(error) ? error.metadata?.get('exception')[0]?.toString() : undefined;
}

function isServiceError(error: unknown): error is ServiceError {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'number';
}
