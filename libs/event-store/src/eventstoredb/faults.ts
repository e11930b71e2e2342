// From what a call ended with (gRPC status codes, https://grpc.io/docs/guides/status-codes/, and the exception that
// the server names in the trailers) to the port's faults.
import { StoreFault } from '../port/event-store';

interface ServiceError extends Error {
  readonly code: number;
  readonly details: string;
  readonly metadata?: { get(key: string): readonly (string | Buffer)[] };
}

/** The server looked at the call and turned it down: INVALID_ARGUMENT, PERMISSION_DENIED, UNIMPLEMENTED, UNAUTHENTICATED. */
const TURNED_DOWN: ReadonlySet<number> = new Set([3, 7, 12, 16]);
/** The server's own names for the same. */
const EXCEPTIONS_TURNED_DOWN: ReadonlySet<string> = new Set([
  'access-denied',
  'maximum-append-size-exceeded',
  'stream-deleted',
]);
/** What grpc-js says when it had no connection to send the call over, or when the client had just closed it. */
const NEVER_SENT = /No connection established|Name resolution failed|Channel has been shut down/;

/** Of an append. Where it cannot be told that nothing was written, the outcome is unknown. */
export function appendFault(error: unknown, stream: string): StoreFault {
  if (isTurnedDown(error)) return fault('store-unavailable', stream, error, false);
  const isNeverSent = NEVER_SENT.test(String(error)) || exceptionOf(error) === 'not-leader';
  return fault(isNeverSent ? 'store-unavailable' : 'append-outcome-unknown', stream, error, true);
}

/** Of a read. `what`: a stream, or $all. */
export function readFault(error: unknown, what: string): StoreFault {
  if (error instanceof StoreFault) return error;
  if (exceptionOf(error) === 'stream-deleted') return fault('store-corrupt', what, error, false);
  return fault('store-unavailable', what, error, !isTurnedDown(error));
}

function fault(code: StoreFault['code'], what: string, cause: unknown, retryable: boolean): StoreFault {
  return new StoreFault(code, `EventStoreDB, ${what}: ${String(cause)}`, retryable, undefined, { cause });
}

function isTurnedDown(error: unknown): boolean {
  if (!isServiceError(error)) return false;
  return TURNED_DOWN.has(error.code) || EXCEPTIONS_TURNED_DOWN.has(exceptionOf(error) ?? '');
}

function exceptionOf(error: unknown): string | undefined {
  return isServiceError(error) ? error.metadata?.get('exception')[0]?.toString() : undefined;
}

function isServiceError(error: unknown): error is ServiceError {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'number';
}
