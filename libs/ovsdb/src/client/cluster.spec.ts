// A real Raft cluster: what a client may rely on when servers lead, follow and die.
import { systemChance, systemClock } from '@holdfast/clock';
import { OvsdbClient } from './client';
import type { OvsdbClientOptions } from '../connection/client-options';
import { OvsdbFault } from '../schema/fault';
import { operationsOf } from '../transact/operations';
import { type OvsdbCluster, startOvsdbCluster } from '../testing/cluster';
import { OVN_Northbound, type OVN_Northbound_Tables } from '../testing/generated/northbound';
import type { NorthboundClient } from '../testing/lab';
import { NORTHBOUND_SCHEMA, type OvsdbServer } from '../testing/ovsdb-server';
import { type Judge, type OvsdbProxy, startOvsdbProxy } from '../testing/proxy';

const { insert, select, update } = operationsOf(OVN_Northbound);

let cluster: OvsdbCluster;
const clients: NorthboundClient[] = [];
const proxies: OvsdbProxy[] = [];

beforeAll(async () => {
  cluster = await startOvsdbCluster({ schema: NORTHBOUND_SCHEMA });
});
afterAll(async () => {
  await Promise.all(clients.map((client) => client.close()));
  await Promise.all(proxies.map((proxy) => proxy.stop()));
  await cluster.stop();
});

async function connect(
  options: Partial<OvsdbClientOptions<OVN_Northbound_Tables>> = {},
): Promise<NorthboundClient> {
  const client = OvsdbClient.open({
    database: OVN_Northbound,
    remotes: cluster.remotes,
    clock: systemClock,
    chance: systemChance,
    reconnectMaxMs: 100,
    ...options,
  });
  clients.push(client);
  await client.whenConnected();
  return client;
}

async function leader(): Promise<OvsdbServer> {
  const found = await cluster.leader();
  if (!found) throw new Error('nobody leads');
  return found;
}

async function follower(): Promise<OvsdbServer> {
  const led = await leader();
  return cluster.servers.find((server) => server !== led && server.pid !== undefined)!;
}

const WRITERS = 8;

/** Several writers, each one row after another until stopped; says what became of each row. */
function keepWriting(client: NorthboundClient, prefix: string) {
  const outcomes = new Map<string, string>();
  let stopped = false;
  const write = async (writer: number): Promise<void> => {
    for (let at = 0; !stopped; at += 1) {
      const name = `${prefix}_${writer}_${at}`;
      try {
        const result = await client.transact([insert('Address_Set', { name })]);
        outcomes.set(name, result.outcome);
      } catch (fault) {
        if (!(fault instanceof OvsdbFault)) throw fault;
        outcomes.set(name, fault.code);
        await client.whenConnected();
      }
    }
  };
  const running = Array.from({ length: WRITERS }, (_, writer) => write(writer));
  return {
    outcomes,
    /** Resolves once `count` more were committed. */
    more: async (count: number): Promise<void> => {
      const committed = (): number =>
        [...outcomes.values()].filter((outcome) => outcome === 'committed').length;
      for (const until = committed() + count; committed() < until; )
        await new Promise((resolve) => setImmediate(resolve));
    },
    stop: async (): Promise<void> => {
      stopped = true;
      await Promise.all(running);
    },
  };
}

describe('a client of a cluster', () => {
  it('finds the leader, in whatever order the servers are named', async () => {
    const expected = (await leader()).unix;
    const backwards = cluster.servers.map(({ unix }) => unix).reverse();
    for (const remotes of [cluster.remotes, backwards.join(',')])
      expect((await connect({ remotes })).state).toEqual({ status: 'connected', remote: expected });
  });

  it('reads its own writes from a follower too', async () => {
    const client = await connect({ remotes: (await follower()).unix, leaderOnly: false });
    const replica = client.replicate({ Address_Set: { columns: ['name'] } });
    await replica.whenSynced();
    const writes = Array.from({ length: 60 }, async (_, at) => {
      const done = await client.transact([insert('Address_Set', { name: `follower_${at}` })]);
      if (done.outcome !== 'committed') throw new Error(done.error);
      return replica.table('Address_Set').has(done.results[0].uuid);
    });
    expect(await Promise.all(writes)).toEqual(writes.map(() => true));
  });

  /** A client behind a proxy of a follower, and what the server answers to its `monitor_cond_since`. */
  async function connectThroughProxy() {
    const proxy = await startOvsdbProxy((await follower()).unix);
    proxies.push(proxy);
    const client = await connect({ remotes: proxy.remote, leaderOnly: false });
    const replica = client.replicate({ Address_Set: { columns: ['name', 'addresses'] } });
    await replica.whenSynced();
    const ids = new Set<unknown>();
    const contents: [found: boolean, lastTransaction: string, changes: object][] = [];
    const judge: Judge = ({ id, method, result }, from) => {
      if (from === 'client' && method === 'monitor_cond_since') ids.add(id);
      if (from === 'server' && ids.delete(id)) contents.push(result as [boolean, string, object]);
      return 'pass';
    };
    proxy.judge = judge;
    const stale = new Promise((resolve) => void replica.onState(resolve));
    return { proxy, replica, contents, judge, stale };
  }

  type AddressSets = Awaited<ReturnType<typeof connectThroughProxy>>['replica'];

  async function hold(replica: AddressSets, name: string): Promise<void> {
    const held = (): boolean => [...replica.table('Address_Set').values()].some((row) => row.name === name);
    while (!held()) await new Promise((resolve) => void replica.onBatch(resolve));
  }

  it('fetches only what it missed after a short absence', async () => {
    const { proxy, replica, contents, stale } = await connectThroughProxy();
    proxy.cut();
    await stale;
    await (await connect()).transact([insert('Address_Set', { name: 'absent' })]);
    await replica.whenSynced();
    await hold(replica, 'absent');
    expect(contents).toEqual([[true, expect.any(String), expect.any(Object)]]);
    expect(Object.keys(contents[0]![2]).length).toBeLessThanOrEqual(1);
  });

  it('fetches everything anew when it finds that it missed an update', async () => {
    const { proxy, replica, contents, judge, stale } = await connectThroughProxy();
    const writer = await connect();
    const lost = new Promise<void>((resolve) => {
      proxy.judge = ({ method }) => {
        if (method !== 'update3') return 'pass';
        resolve();
        return 'lose';
      };
    });
    await writer.transact([insert('Address_Set', { name: 'missed' })]);
    await lost;
    proxy.judge = judge;
    await writer.transact([update('Address_Set', [['name', '==', 'missed']], { addresses: ['1'] })]);
    await stale;
    await replica.whenSynced();
    await hold(replica, 'missed');
    expect(contents).toEqual([[false, expect.any(String), expect.any(Object)]]);
  });

  it('leaves a leader that hands over without any doubt about a transaction', async () => {
    const client = await connect();
    const writing = keepWriting(client, 'handover');
    await writing.more(5);
    const before = await leader();
    const left = new Promise((resolve) => {
      client.onState((state) => resolve(state.status === 'connecting' && state.fault?.code));
    });
    await before.control('cluster/failure-test', 'transfer-leadership');
    expect(await left).toBe('server-unfit');
    await client.whenConnected();
    await writing.more(5);
    await writing.stop();
    expect(client.state).not.toEqual({ status: 'connected', remote: before.unix });
    expect([...writing.outcomes.values()]).not.toContain('transaction-outcome-unknown');
  });

  it('loses nothing acknowledged when the leader is killed', async () => {
    const client = await connect();
    const replica = client.replicate({ Address_Set: { columns: ['name'] } });
    const writing = keepWriting(client, 'kill');
    await writing.more(20);
    const dead = await leader();
    await dead.kill();
    await writing.more(20);
    await writing.stop();
    await replica.whenSynced();
    const read = await client.transact([select('Address_Set', [], ['name'])]);
    if (read.outcome !== 'committed') throw new Error(read.error);
    const there = new Set(read.results[0].rows.map(({ name }) => name));
    const missing = [...writing.outcomes].filter(([name, was]) => was === 'committed' && !there.has(name));
    expect(missing).toEqual([]);
    expect(new Set([...replica.table('Address_Set').values()].map(({ name }) => name))).toEqual(there);
    await dead.restart();
  });

  it('must not fence by a lock: each server has its own', async () => {
    const [one, other] = await Promise.all(
      cluster.servers.slice(0, 2).map(({ unix }) => connect({ remotes: unix, leaderOnly: false })),
    );
    const locks = [one!.lock('only_one'), other!.lock('only_one')];
    await Promise.all(locks.map((lock) => lock.whenHeld()));
    expect(locks.map(({ state }) => state)).toEqual(['held', 'held']);
    expect(
      await other!.transact([locks[1]!.assertion(), insert('Address_Set', { name: 'both' })]),
    ).toMatchObject({
      outcome: 'committed',
    });
  });
});
