// TCP servers that say who they are, and clients that count: as one small process a namespace, whatever the number of
// connections.
import { compiled } from '../compiled';
import type { Pod } from '../lab/pod';
import type { Running } from '../lab/running';

export interface ConnectOptions {
  readonly address: string;
  readonly port: number;
  readonly count: number;
  /** At once; default 4. */
  readonly parallel?: number;
  /** For one connection; default 3 s, which a lost SYN fits in (RFC 6298: retried after 1 s). */
  readonly timeoutMs?: number;
}

/** What the client prints. Of a connection that is a success the server's name came whole, and an end. */
export interface Connections {
  readonly succeeded: number;
  /** How many failed, by error code; `TIMEOUT` is ours. */
  readonly failures: Readonly<Record<string, number>>;
  /** How many each server answered, by the name it gave. */
  readonly servers: Readonly<Record<string, number>>;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Answers each connection, of either family, with `name`. It ends with the lab, or by a signal. */
export async function serveTcp(pod: Pod, port: number, name = pod.name): Promise<Running> {
  const server = await pod.run([process.execPath, compiled('probes/tcp-server'), `${port}`, name]);
  await server.line(/^listening$/);
  return server;
}

export async function connectTcp(pod: Pod, options: ConnectOptions): Promise<Connections> {
  const { address, port, count, parallel = 4, timeoutMs = 3_000 } = options;
  const numbers = [port, count, parallel, timeoutMs, pod.takeSourcePorts(count)].map(String);
  return JSON.parse(
    await pod.exec([process.execPath, compiled('probes/tcp-client'), address, ...numbers]),
  ) as Connections;
}
