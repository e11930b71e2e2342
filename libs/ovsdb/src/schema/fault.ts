// What can go wrong in speaking to a server. What a server refuses on good grounds, an aborted transaction,
// is a value and not found here.

/** Whether the same call may succeed later without anybody changing anything. */
const RETRYABLE = {
  /** A remote's text is not `unix:/path`, `tcp:host:port` or `ssl:host:port`. */
  'invalid-remote': false,
  /** A schema is not what RFC 7047 section 3.2 describes. */
  'invalid-schema': false,
  /** A value does not fit its column, or a name is not in the schema. Nothing was sent. */
  'invalid-value': false,
  /** There is no session with a fit server. The request was surely not sent. */
  'not-connected': true,
  /** The queue of requests is full. The request was surely not sent. */
  'too-many-requests': true,
  /** The connection died after the transaction was written: it may have been committed. Read to find out. */
  'transaction-outcome-unknown': false,
  /** The server answered a request with an error (RFC 7047 section 4: a JSON-RPC error, not an aborted transaction). */
  'request-refused': false,
  /** No connection could be made: refused, unreachable, TLS handshake failed, timed out. */
  'connection-failed': true,
  /** The peer closed the connection, or the network did. */
  'connection-lost': true,
  /** The peer answered neither a request nor an echo for two probe intervals. */
  'peer-silent': true,
  /** The peer sent what is not JSON-RPC. */
  'malformed-message': true,
  /** The peer sent a message above `messageBytesMax`. */
  'message-too-large': false,
  /** The server is alive but should not be used: not the leader, cut off from its cluster, behind, database missing. */
  'server-unfit': true,
  /** The server's schema lacks or differs in what a replica needs. */
  'schema-mismatch': false,
  /** An update did not fit the replica. It is fetched anew, whole. */
  'replica-out-of-step': true,
  /** The client, replica or lock was closed by its owner. */
  closed: false,
} as const satisfies Record<string, boolean>;

export type OvsdbFaultCode = keyof typeof RETRYABLE;

export class OvsdbFault extends Error {
  override readonly name = 'OvsdbFault';
  /** Whether the same call may succeed later without anybody changing anything. */
  readonly retryable: boolean;

  constructor(
    readonly code: OvsdbFaultCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.retryable = RETRYABLE[code];
  }
}
