// What the server refuses with, below the messages of the protocol: a gRPC status, and trailers that say more.
// eslint-disable-next-line @nx/enforce-module-boundaries -- of a server for tests; the adapter itself brings no gRPC of ours
import { Metadata, type StatusObject } from '@grpc/grpc-js';

export class ContractFault extends Error {
  constructor(
    readonly code: number,
    readonly details: string,
    readonly trailers: Readonly<Record<string, string>> = {},
  ) {
    super(details);
  }

  /** As gRPC answers it. */
  get status(): Partial<StatusObject> {
    const metadata = new Metadata();
    for (const [name, value] of Object.entries(this.trailers)) metadata.set(name, value);
    return { code: this.code, details: this.details, metadata };
  }
}

/** What it says of anything that it did not expect. */
export const HANDLER_THREW = new ContractFault(2, 'Exception was thrown by handler.');

export const streamDeleted = (stream: string): ContractFault =>
  new ContractFault(9, `Event stream '${stream}' is deleted.`, {
    exception: 'stream-deleted',
    'stream-name': stream,
  });

export const missingProperty = (name: string): ContractFault =>
  new ContractFault(3, `Required Metadata Property '${name}' is missing`, {
    exception: 'missing-required-metadata-property',
    'required-metadata-properties': 'type,content-type',
  });

export const appendTooLarge = (maxBytes: number): ContractFault =>
  new ContractFault(3, `Maximum Append Size of ${maxBytes} Exceeded.`, {
    exception: 'maximum-append-size-exceeded',
    'maximum-append-size': String(maxBytes),
  });

export const wrongVersionOfDelete = (stream: string, expected: string, actual: string): ContractFault =>
  new ContractFault(
    9,
    `Delete failed due to WrongExpectedVersion. Stream: ${stream}, Expected version: ${expected}, Actual version: ${actual}`,
    {
      exception: 'wrong-expected-version',
      'stream-name': stream,
      'expected-version': expected,
      'actual-version': actual,
    },
  );

export const COMMIT_TIMEOUT = new ContractFault(10, 'Operation timed out: Commit phase timeout.');
export const NOT_READY = new ContractFault(14, 'Server Is Not Ready');
/** What a client sees of a connection that breaks under its call. */
export const CONNECTION_DROPPED = new ContractFault(14, 'Connection dropped');

export const notLeader = (host: string, port: number): ContractFault =>
  new ContractFault(5, 'Leader info available', {
    exception: 'not-leader',
    'leader-endpoint-host': host,
    'leader-endpoint-port': String(port),
  });
