// What outlives a connection: replicas and locks. Each is attached to one session with a fit server after the other, and
// takes up again there.
import type { JsonRpcConnection } from './connection';
import type { OvsdbFault } from '../schema/fault';
import type { AnySchema } from '../schema/schema';

export interface Participant {
  /** The first parameter of the notifications that are meant for it. Unique within a client. */
  readonly topic: string;
  /** Takes up with a server. @throws OvsdbFault: not retryable if this server won't do, else the session is over. */
  attach(connection: JsonRpcConnection, served: AnySchema): Promise<void>;
  /** This server won't do; the session goes on without the participant. */
  refused(fault: OvsdbFault): void;
  /** @throws OvsdbFault if the session cannot go on. */
  notified(method: string, params: readonly unknown[]): void;
  /** The connection is gone. */
  detach(): void;
  /** The client was closed; nothing comes after. */
  end(fault: OvsdbFault): void;
}
