// A real Raft cluster of ovsdb-servers on loopback, for tests. An election takes a second or two.
import { once } from 'node:events';
import { mkdir, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { makeTemporaryDirectory, OvsdbServer, runTool } from './ovsdb-server';

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

/** Joining takes a second; a loaded machine takes longer. */
const JOIN_TIMEOUT_S = '20';

/** Starts a cluster; resolves once every server has joined and knows the leader. */
export async function startOvsdbCluster(options: OvsdbClusterOptions): Promise<OvsdbCluster> {
  const directory = await makeTemporaryDirectory();
  const servers: OvsdbServer[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(servers.map((server) => server.stop()));
    await rm(directory, { recursive: true, force: true });
  };
  try {
    const database = (await runTool('ovsdb-tool', ['schema-name', options.schema])).stdout.trim();
    const [first, ...others] = await freeAddresses(options.size ?? 3);
    servers.push(await startMember(join(directory, '0'), 'create-cluster', options.schema, first!));
    for (const [at, address] of others.entries())
      servers.push(
        await startMember(join(directory, `${at + 1}`), 'join-cluster', database, address, first!),
      );
    const whenJoined = (server: OvsdbServer): Promise<unknown> =>
      runTool('ovsdb-client', ['-t', JOIN_TIMEOUT_S, 'wait', server.unix, database, 'connected']);
    await Promise.all(servers.map(whenJoined));
    const remotes = servers.map((server) => server.unix).join(',');
    return { servers, remotes, leader: () => findLeader(servers, database), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Makes the member's database with ovsdb-tool's `command` and starts its server. */
async function startMember(
  folder: string,
  command: 'create-cluster' | 'join-cluster',
  ...args: readonly string[]
): Promise<OvsdbServer> {
  await mkdir(folder);
  await runTool('ovsdb-tool', [command, join(folder, 'db.db'), ...args]);
  return OvsdbServer.on(folder, ['db.db'], {}, false);
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

/** Members must know each other's ports before they start. The ports are held together, so that they differ. */
async function freeAddresses(count: number): Promise<readonly string[]> {
  const holders = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(holders.map((holder) => once(holder, 'listening')));
  const addresses = holders.map((holder) => `tcp:127.0.0.1:${(holder.address() as AddressInfo).port}`);
  await Promise.all(holders.map((holder) => new Promise((resolve) => holder.close(resolve))));
  return addresses;
}
