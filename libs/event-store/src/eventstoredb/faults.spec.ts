import { StoreFault } from '../port/event-store';
import { appendFault, readFault } from './faults';

function failure(code: number, details: string, exception?: string): Error {
  const metadata = { get: (key: string) => (key === 'exception' && exception ? [exception] : []) };
  return Object.assign(new Error(`${code} ${details}`), { code, details, metadata });
}

const REFUSED = failure(14, 'No connection established. Last error: connect ECONNREFUSED 127.0.0.1:2113');
const DROPPED = failure(14, 'Connection dropped');
const LATE = failure(4, 'Deadline exceeded');
const DENIED = failure(7, 'Access Denied', 'access-denied');
const NOT_LEADER = failure(5, 'Leader info available', 'not-leader');
const TIMED_OUT = failure(10, 'Operation timed out: Commit phase');
const NOT_READY = failure(14, 'Server Is Not Ready');
const STRANGER = failure(16, 'Unauthenticated');
const UNIMPLEMENTED = failure(12, 'unknown service');
const TOO_LARGE = failure(3, 'Maximum Append Size of 9 Exceeded.', 'maximum-append-size-exceeded');
const INSIDE = failure(2, 'Unexpected FilteredReadAllResult: Error');
const DELETED = failure(9, 'Event stream is deleted', 'stream-deleted');

describe('faults of EventStoreDB', () => {
  it.each([
    [REFUSED, 'store-unavailable', true],
    [NOT_LEADER, 'store-unavailable', true],
    [new Error('Channel has been shut down'), 'store-unavailable', true],
    [NOT_READY, 'store-unavailable', true],
    [DENIED, 'store-denied', false],
    [STRANGER, 'store-denied', false],
    [DELETED, 'store-corrupt', false],
    [TOO_LARGE, 'append-too-large', false],
    [UNIMPLEMENTED, 'store-unavailable', false],
    [DROPPED, 'append-outcome-unknown', true],
    [LATE, 'append-outcome-unknown', true],
    [TIMED_OUT, 'append-outcome-unknown', true],
  ])('of an append: %s is %s', (error, code, retryable) => {
    expect(appendFault(error, 'subnet-a')).toMatchObject({ code, retryable, cause: error });
  });

  it.each([
    [REFUSED, 'store-unavailable', true],
    [DROPPED, 'store-unavailable', true],
    [DENIED, 'store-denied', false],
    [INSIDE, 'store-corrupt', false],
    [DELETED, 'store-corrupt', false],
    [new StoreFault('store-corrupt', 'as it was', false), 'store-corrupt', false],
  ])('of a read: %s is %s', (error, code, retryable) => {
    expect(readFault(error, '$all')).toMatchObject({ code, retryable });
  });
});
