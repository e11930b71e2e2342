import { REJECTION_CODES } from '@holdfast/ipam';
import { COMMENTS } from './generated/comments';
import {
  FAULT_CODES,
  FAULT_STATUS,
  type Refusal,
  REJECTION_STATUS,
  fault,
  isFaultCode,
  isRejectionCode,
  statusOf,
} from './status';

/** google.rpc.Code */
const GRPC_NAMES: Record<number, string> = {
  3: 'INVALID_ARGUMENT',
  4: 'DEADLINE_EXCEEDED',
  5: 'NOT_FOUND',
  6: 'ALREADY_EXISTS',
  8: 'RESOURCE_EXHAUSTED',
  9: 'FAILED_PRECONDITION',
  11: 'OUT_OF_RANGE',
  12: 'UNIMPLEMENTED',
  13: 'INTERNAL',
  14: 'UNAVAILABLE',
};

describe('the table from code to status', () => {
  it('has every rejection code, and no other', () => {
    expect(Object.keys(REJECTION_STATUS).sort()).toEqual([...REJECTION_CODES].sort());
    expect(Object.keys(FAULT_STATUS).sort()).toEqual([...FAULT_CODES].sort());
  });

  it('is the one that the contract shows', () => {
    const rows = [
      ...(COMMENTS['holdfast.v1.Rejection'] ?? '').matchAll(
        /^\| (\w+) +\| ([A-Z_]+) +\| (\d+) +\| (.*)\|$/gm,
      ),
    ];
    const shown = rows.map(([, code, grpc, http, meaning]) => [
      code,
      grpc,
      http,
      meaning?.includes('Retryable.'),
    ]);
    const expected = Object.entries({ ...REJECTION_STATUS, ...FAULT_STATUS }).map(([code, status]) => [
      code,
      GRPC_NAMES[status.grpc],
      String(status.http),
      status.retryable,
    ]);
    expect(shown).toEqual(expected);
    expect(expected.map(([code]) => REJECTION_STATUS[code as never] ?? FAULT_STATUS[code as never])).toEqual(
      expected.map(([, , http]) => expect.objectContaining({ nats: http })),
    );
  });

  it.each(REJECTION_CODES)('%s is a refusal, and retryable only where nothing was decided', (code) => {
    const status = statusOf({ code, message: '', facts: {} } as Refusal);
    expect(status).toBe(REJECTION_STATUS[code]);
    expect(status.retryable).toBe(code === 'Fenced');
    expect(Math.floor(status.http / 100)).toBe(code === 'Fenced' ? 5 : 4);
    expect([isRejectionCode(code), isFaultCode(code)]).toEqual([true, false]);
  });

  it.each(FAULT_CODES)('%s is a fault', (code) => {
    expect(statusOf(fault(code, '').rejected)).toBe(FAULT_STATUS[code]);
    expect([isRejectionCode(code), isFaultCode(code)]).toEqual([false, true]);
  });

  it('takes no name of Object.prototype for a code', () => {
    expect([isRejectionCode('toString'), isFaultCode('constructor')]).toEqual([false, false]);
  });
});
