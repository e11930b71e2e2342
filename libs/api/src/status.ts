// The one table from what a call is refused with to what each transport says about it. Exhaustive: a new
// rejection code without a row does not compile.
import type { Rejection, RejectionCode } from '@holdfast/ipam';

/** gRPC's status codes (google.rpc.Code). */
const GRPC = {
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  ALREADY_EXISTS: 6,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  OUT_OF_RANGE: 11,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
} as const;

export interface Status {
  /** google.rpc.Code. */
  readonly grpc: number;
  /** RFC 9110 section 15. */
  readonly http: number;
  /** Of the header `Nats-Service-Error-Code`. */
  readonly nats: string;
  /** Whether the same call may succeed later though nobody changes anything. */
  readonly retryable: boolean;
}

const row = (grpc: keyof typeof GRPC, http: number, retryable = false): Status => ({
  grpc: GRPC[grpc],
  http,
  nats: String(http),
  retryable,
});

/** A decision against: asking again gets the same, until somebody changes something or time passes; or, `Fenced`, none yet. */
export const REJECTION_STATUS: Readonly<Record<RejectionCode, Status>> = {
  InvalidArgument: row('INVALID_ARGUMENT', 400),
  SubnetNotFound: row('NOT_FOUND', 404),
  SubnetExists: row('ALREADY_EXISTS', 409),
  SubnetInUse: row('FAILED_PRECONDITION', 409),
  SubnetExhausted: row('RESOURCE_EXHAUSTED', 409),
  FamilyUnavailable: row('FAILED_PRECONDITION', 422),
  AddressOutOfRange: row('OUT_OF_RANGE', 422),
  AddressNotUsable: row('FAILED_PRECONDITION', 422),
  AddressTaken: row('ALREADY_EXISTS', 409),
  AddressCooling: row('FAILED_PRECONDITION', 409),
  AddressWithheld: row('FAILED_PRECONDITION', 409),
  MacTaken: row('ALREADY_EXISTS', 409),
  HolderHasDifferentAddress: row('ALREADY_EXISTS', 409),
  ReservationNotFound: row('NOT_FOUND', 404),
  VipExists: row('ALREADY_EXISTS', 409),
  VipNotFound: row('NOT_FOUND', 404),
  VipNameTaken: row('ALREADY_EXISTS', 409),
  VipInUse: row('FAILED_PRECONDITION', 409),
  VipTypeMismatch: row('FAILED_PRECONDITION', 422),
  RuleExists: row('ALREADY_EXISTS', 409),
  RuleNotFound: row('NOT_FOUND', 404),
  VipPortTaken: row('ALREADY_EXISTS', 409),
  LimitReached: row('FAILED_PRECONDITION', 409),
  ReservationInUse: row('FAILED_PRECONDITION', 409),
  UserNotFound: row('NOT_FOUND', 404),
  PoolNotFound: row('NOT_FOUND', 404),
  PortTaken: row('ALREADY_EXISTS', 409),
  CommandExpired: row('FAILED_PRECONDITION', 410),
  // 422 as in draft-ietf-httpapi-idempotency-key-header for a key that comes with another request.
  CommandIdReused: row('FAILED_PRECONDITION', 422),
  Fenced: row('UNAVAILABLE', 503, true),
};

export const FAULT_CODES = [
  'Overloaded',
  'Unavailable',
  'DeadlineExceeded',
  'Unimplemented',
  'StoreFailed',
  'Internal',
] as const;

export type FaultCode = (typeof FAULT_CODES)[number];

/** No decision: the server could not. */
export const FAULT_STATUS: Readonly<Record<FaultCode, Status>> = {
  Overloaded: row('RESOURCE_EXHAUSTED', 429, true),
  Unavailable: row('UNAVAILABLE', 503, true),
  DeadlineExceeded: row('DEADLINE_EXCEEDED', 504, true),
  // gRPC clients read HTTP 404 as UNIMPLEMENTED (grpc/doc/http-grpc-status-mapping.md).
  Unimplemented: row('UNIMPLEMENTED', 404),
  // The store is damaged, or denies us: an operator has to act before anything is worth a try.
  StoreFailed: row('INTERNAL', 500),
  Internal: row('INTERNAL', 500),
};

/** A fault as callers are told it. */
export interface Fault {
  readonly code: FaultCode;
  readonly message: string;
  readonly facts: Readonly<Record<string, string>>;
}

/** What a call is answered with that is not answered with what it asked for. */
export type Refusal = Rejection | Fault;

export function fault(
  code: FaultCode,
  message: string,
  facts: Readonly<Record<string, string>> = {},
): { readonly rejected: Fault } {
  return { rejected: { code, message, facts } };
}

export const statusOf = ({ code }: Refusal): Status =>
  isFaultCode(code) ? FAULT_STATUS[code] : REJECTION_STATUS[code];

export const isFaultCode = (code: string): code is FaultCode => Object.hasOwn(FAULT_STATUS, code);

export const isRejectionCode = (code: string): code is RejectionCode => Object.hasOwn(REJECTION_STATUS, code);
