// How a client is set up, and what is assumed where nothing is said.
import type { Chance, Clock } from '@holdfast/clock';
import type { ConnectionLimits } from './connection';
import type { TlsFiles } from './dial';
import type { DatabaseSchema } from '../schema/schema';

export interface OvsdbClientOptions<Tables> {
  /** The database, as generated from its schema. One client speaks of one database: in a cluster each has its own leader. */
  readonly database: DatabaseSchema<Tables>;
  /** `unix:/path`, `tcp:host:port` or `ssl:host:port`; several with commas between. */
  readonly remotes: string;
  /** Needed for `ssl:`. */
  readonly tls?: TlsFiles;
  readonly clock: Clock;
  readonly chance: Chance;
  /** Whether a clustered server is used only while it leads: faster, and never stale. Default true. */
  readonly leaderOnly?: boolean;
  /** How long a connection may take to come about. Default 5 s. */
  readonly connectTimeoutMs?: number;
  /** Silence after which the server is probed, and as long again until it is given up. Default 5 s, as in OVN. */
  readonly probeIntervalMs?: number;
  /** The longest pause between two attempts to connect. Default 2 s. */
  readonly reconnectMaxMs?: number;
  /** The largest message taken from the server. Default 256 MiB: 50,000 ports are 25 MB. */
  readonly messageBytesMax?: number;
  /** Requests sent and not yet answered. Default 64: more gain nothing, as the server has one thread. */
  readonly inFlightMax?: number;
  /** Requests waiting to be sent; more are refused. Default 4096. */
  readonly queuedMax?: number;
}

export interface ClientDefaults extends ConnectionLimits {
  readonly leaderOnly: boolean;
  readonly connectTimeoutMs: number;
  readonly reconnectMaxMs: number;
}

export const CLIENT_DEFAULTS: ClientDefaults = {
  leaderOnly: true,
  connectTimeoutMs: 5000,
  probeIntervalMs: 5000,
  reconnectMaxMs: 2000,
  messageBytesMax: 256 * 1024 * 1024,
  inFlightMax: 64,
  queuedMax: 4096,
};

/** An option that is there but undefined counts as left out. */
export function withDefaults<Tables>(
  options: OvsdbClientOptions<Tables>,
): OvsdbClientOptions<Tables> & ClientDefaults {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return { ...CLIENT_DEFAULTS, ...(Object.fromEntries(given) as unknown as OvsdbClientOptions<Tables>) };
}
