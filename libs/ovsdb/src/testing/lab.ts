// What the specs of this package share: a real server with the Northbound schema, and clients that are closed
// with it.
import { systemChance, systemClock } from '@holdfast/clock';
import { OvsdbClient } from '../client/client';
import type { OvsdbClientOptions } from '../connection/client-options';
import { OVN_Northbound, type OVN_Northbound_Tables } from './generated/northbound';
import { NORTHBOUND_SCHEMA, OvsdbServer, type OvsdbServerOptions, startOvsdbServer } from './ovsdb-server';
import { type Judge, OvsdbProxy, startOvsdbProxy } from './proxy';

export type NorthboundClient = OvsdbClient<OVN_Northbound_Tables>;

export class OvsdbLab {
  private readonly clients: NorthboundClient[] = [];
  private readonly proxies: OvsdbProxy[] = [];

  private constructor(readonly server: OvsdbServer) {}

  static async start(options: Partial<OvsdbServerOptions> = {}): Promise<OvsdbLab> {
    return new OvsdbLab(await startOvsdbServer({ schema: NORTHBOUND_SCHEMA, ...options }));
  }

  /** A client of the server, by default over its unix socket, that begins to connect. */
  open(options: Partial<OvsdbClientOptions<OVN_Northbound_Tables>> = {}): NorthboundClient {
    const client = OvsdbClient.open({
      database: OVN_Northbound,
      remotes: this.server.unix,
      clock: systemClock,
      chance: systemChance,
      reconnectMaxMs: 50,
      ...options,
    });
    this.clients.push(client);
    return client;
  }

  /** The same, once it is connected. */
  async connect(options: Partial<OvsdbClientOptions<OVN_Northbound_Tables>> = {}): Promise<NorthboundClient> {
    const client = this.open(options);
    await client.whenConnected();
    return client;
  }

  async proxy(judge?: Judge): Promise<OvsdbProxy> {
    const proxy = await startOvsdbProxy(this.server.unix, judge);
    this.proxies.push(proxy);
    return proxy;
  }

  async stop(): Promise<void> {
    await Promise.all(this.clients.map((client) => client.close()));
    await Promise.all(this.proxies.map((proxy) => proxy.stop()));
    await this.server.stop();
  }
}
