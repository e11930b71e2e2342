// Asks a server for a schema, once.
import type { Clock } from '@holdfast/clock';
import { CLIENT_DEFAULTS } from '../connection/client-options';
import { JsonRpcConnection } from '../connection/connection';
import { dial, type TlsFiles } from '../connection/dial';
import { OvsdbFault } from '../schema/fault';
import { parseRemotes } from '../connection/remote';
import { type DatabaseSchema, parseSchema } from '../schema/schema';

export interface FetchSchemaOptions {
  readonly remote: string;
  readonly database: string;
  readonly tls?: TlsFiles;
  readonly clock: Clock;
}

/** @throws OvsdbFault `invalid-remote`, `connection-failed`, `connection-lost`, `request-refused`, `invalid-schema` */
export async function fetchSchema(options: FetchSchemaOptions): Promise<DatabaseSchema> {
  const { clock, tls, database } = options;
  const [remote] = parseRemotes(options.remote);
  const { connectTimeoutMs } = CLIENT_DEFAULTS;
  const { signal } = new AbortController();
  const socket = await dial(remote!, { clock, tls, connectTimeoutMs, signal });
  const events = { notified: () => undefined, closed: () => undefined };
  const connection = new JsonRpcConnection(socket, clock, CLIENT_DEFAULTS, events);
  try {
    return parseSchema(await connection.request('get_schema', [database]));
  } finally {
    connection.close(new OvsdbFault('closed', 'the schema was fetched'));
  }
}
