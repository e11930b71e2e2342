// The ledger as import speaks to it: calls of the contract, each of which is answered, refused or not decided at all. How a
// call gets there, and how often it is sent, is the caller's.
import type { MessageShape } from '@bufbuild/protobuf';
import type { OperationName, Operations } from '@holdfast/api';
import type { HttpClient } from '@holdfast/api/http-client';

export type LedgerCallRequest<Name extends OperationName> = Parameters<
  typeof HttpClient.prototype.call<Name>
>[1];
export type LedgerCallReply<Name extends OperationName> = MessageShape<Operations[Name]['response']>;

export type LedgerCallOutcome<Reply> =
  | { readonly reply: Reply; readonly refusal?: undefined }
  | { readonly refusal: LedgerCallRefusal };

/** The contract's `Rejection`, or why there is none. */
export interface LedgerCallRefusal {
  readonly code: string;
  readonly message: string;
  readonly facts: Readonly<Record<string, string>>;
  readonly retryable: boolean;
  /** No decision: the server was not reached, or could not. */
  readonly isFault: boolean;
}

export interface LedgerClient {
  call<Name extends OperationName>(
    name: Name,
    request: LedgerCallRequest<Name>,
  ): Promise<LedgerCallOutcome<LedgerCallReply<Name>>>;

  /** All pages as one reply, which reflects the position of the first. */
  callForAll<Name extends 'ListSubnets' | 'ListReservations' | 'ListVips'>(
    name: Name,
    request: LedgerCallRequest<Name>,
  ): Promise<LedgerCallOutcome<LedgerCallReply<Name>>>;
}
