// A real Raft cluster of ovsdb-servers on loopback, for tests. An election takes a second or two.
import { once } from 'node:events';
import { mkdir, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { makeTemporaryDirectory, OvsdbServer, run } from './ovsdb-server';

export interface OvsdbClusterOptions {
  readonly schema: string;
  /** Default 3. */
  readonly size?: number;
}

export interface OvsdbCluster {
  readonly servers: readonly OvsdbServer[];
  /** The servers' `unix:` remotes, with commas between. */
  readonly remotes: string;
  /** Which server leads now, as far as the running ones know. */
  leader(): Promise<OvsdbServer | undefined>;
  stop(): Promise<void>;
}

/** Starts a cluster; resolves once every server has joined and knows the leader. */
export async function startOvsdbCluster(options: OvsdbClusterOptions): Promise<OvsdbCluster> {
  const directory = await makeTemporaryDirectory();
  const { stdout } = await run('ovsdb-tool', ['schema-name', options.schema]);
  const database = stdout.trim();
  const ports = await freePorts(options.size ?? 3);
  const [first, ...others] = ports.map((port) => `tcp:127.0.0.1:${port}`) as [string, ...string[]];
  const start = async (name: string, command: string, ...args: readonly string[]): Promise<OvsdbServer> => {
    const folder = join(directory, name);
    await mkdir(folder);
    await run('ovsdb-tool', [command, join(folder, 'db.db'), ...args]);
    return OvsdbServer.on(folder, ['db.db'], {}, false);
  };
  const founder = await start('0', 'create-cluster', options.schema, first);
  const joiners = await Promise.all(
    others.map((address, at) => start(`${at + 1}`, 'join-cluster', database, address, first)),
  );
  const servers = [founder, ...joiners];
  await Promise.all(
    servers.map((server) => run('ovsdb-client', ['-t', '20', 'wait', server.unix, database, 'connected'])),
  );
  return {
    servers,
    remotes: servers.map((server) => server.unix).join(','),
    leader: () => findLeader(servers, database),
    stop: async () => {
      await Promise.all(servers.map((server) => server.stop()));
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function findLeader(
  servers: readonly OvsdbServer[],
  database: string,
): Promise<OvsdbServer | undefined> {
  for (const server of servers) {
    if (server.pid === undefined) continue;
    if (/^Role: leader$/m.test(await server.control('cluster/status', database))) return server;
  }
  return undefined;
}

/** Members must know each other's ports before they start. Held together, so that they differ. */
async function freePorts(count: number): Promise<readonly number[]> {
  const holders = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(holders.map((holder) => once(holder, 'listening')));
  const ports = holders.map((holder) => (holder.address() as AddressInfo).port);
  await Promise.all(holders.map((holder) => new Promise((resolve) => holder.close(resolve))));
  return ports;
}
