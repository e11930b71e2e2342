import { VirtualClock } from '@holdfast/clock/testing';
import { operationsOf } from '../transact/operations';
import type { ChangeBatch, OvsdbReplica } from './replica';
import type { DatabaseSchema } from '../schema/schema';
import { OVN_Northbound, type OVN_Northbound_Tables } from '../testing/generated/northbound';
import { OvsdbLab, type NorthboundClient } from '../testing/lab';
import type { OvsdbProxy } from '../testing/proxy';
import { named } from '../schema/uuid';

const { insert, update, mutate, delete: remove, select } = operationsOf(OVN_Northbound);

let lab: OvsdbLab;
let writer: NorthboundClient;

beforeAll(async () => {
  lab = await OvsdbLab.start();
  writer = await lab.connect();
});
afterAll(() => lab.stop());
afterEach(() => writer.transact([remove('Address_Set', []), remove('Logical_Switch', [])]));

async function write(...operations: Parameters<NorthboundClient['transact']>[0]): Promise<void> {
  const result = await writer.transact(operations);
  if (result.outcome === 'aborted') throw new Error(`${result.error}: ${result.details}`);
}

/** The next batch of a replica. */
function nextBatch<Tables>(replica: OvsdbReplica<Tables>): Promise<ChangeBatch<Tables>> {
  return new Promise((resolve) => {
    const end = replica.onBatch((batch) => {
      end();
      resolve(batch);
    });
  });
}

const addressSet = (name: string, ...addresses: string[]) => insert('Address_Set', { name, addresses });
const called = (name: string) => [['name', '==', name] as const];

describe('a replica', () => {
  it('begins with what is there, as one batch before the state', async () => {
    await write(addressSet('a', '1'), addressSet('b', '2'));
    const replica = lab.open().replicate({ Address_Set: { columns: ['name', 'addresses'] } });
    const heard: unknown[] = [];
    replica.onBatch((batch) =>
      heard.push(
        batch.cause,
        batch.changes.map(({ kind, after }) => [kind, after?.name]),
      ),
    );
    replica.onState((state) => heard.push(state));
    await replica.whenSynced();
    const inserts = expect.arrayContaining([
      ['insert', 'a'],
      ['insert', 'b'],
    ]) as unknown;
    expect(heard).toEqual(['sync', inserts, 'synced']);
    const rows = [...replica.table('Address_Set').values()];
    expect(rows.map(({ name, addresses }) => [name, addresses]).sort()).toEqual([
      ['a', ['1']],
      ['b', ['2']],
    ]);
    expect(Object.keys(rows[0]!)).toEqual(['_uuid', 'name', 'addresses']);
  });

  it('reports a transaction whole, with the rows before and after', async () => {
    const client = await lab.connect();
    const replica = client.replicate({ Logical_Switch: {}, Logical_Switch_Port: {} });
    await replica.whenSynced();
    let batch = nextBatch(replica);
    await write(
      insert('Logical_Switch', { name: 'blue', ports: [named('p')] }),
      insert('Logical_Switch_Port', { name: 'web' }, { named: 'p' }),
    );
    const inserted = (await batch).changes;
    expect(inserted.map(({ kind, table }) => `${kind} ${table}`).sort()).toEqual([
      'insert Logical_Switch',
      'insert Logical_Switch_Port',
    ]);
    batch = nextBatch(replica);
    await write(update('Logical_Switch_Port', called('web'), { tag: 5, addresses: ['y', 'x'] }));
    const [modified] = (await batch).changes;
    expect(modified).toMatchObject({
      kind: 'modify',
      table: 'Logical_Switch_Port',
      before: { name: 'web', tag: undefined, addresses: [] },
      after: { name: 'web', tag: 5, addresses: ['x', 'y'] },
    });
    batch = nextBatch(replica);
    await write(remove('Logical_Switch', called('blue'))); // The port goes with the last row that refers to it.
    const deleted = (await batch).changes;
    expect(deleted.map(({ kind, before, after }) => [kind, before?.name, after])).toEqual(
      expect.arrayContaining([
        ['delete', 'blue', undefined],
        ['delete', 'web', undefined],
      ]),
    );
    expect([replica.table('Logical_Switch').size, replica.table('Logical_Switch_Port').size]).toEqual([0, 0]);
  });

  it('holds the rows for which a condition holds, as they come and go', async () => {
    const client = await lab.connect();
    const replica = client.replicate({
      Address_Set: { columns: ['name'], where: [['external_ids', 'includes', { owner: 'us' }]] },
    });
    await replica.whenSynced();
    const names = (): string[] => [...replica.table('Address_Set').values()].map(({ name }) => name);
    await client.transact([
      addressSet('theirs'),
      insert('Address_Set', { name: 'ours', external_ids: { owner: 'us' } }),
    ]);
    expect(names()).toEqual(['ours']);
    await client.transact([
      mutate('Address_Set', called('theirs'), [['external_ids', 'insert', { owner: 'us' }]]),
    ]);
    await client.transact([mutate('Address_Set', called('ours'), [['external_ids', 'delete', ['owner']]])]);
    expect(names()).toEqual(['theirs']);
  });

  it('already holds what a transaction of its client changed when that resolves', async () => {
    const client = await lab.connect();
    const replica = client.replicate({ Address_Set: {} });
    await replica.whenSynced();
    const writes = Array.from({ length: 500 }, async (_, at) => {
      const done = await client.transact([addressSet(`own_${at}`, 'x'.repeat(at * 10))]);
      if (done.outcome !== 'committed') throw new Error(done.error);
      return replica.table('Address_Set').has(done.results[0].uuid);
    });
    expect(await Promise.all(writes)).toEqual(writes.map(() => true));
  });

  it('reports nothing more once closed', async () => {
    const client = await lab.connect();
    const replica = client.replicate({ Address_Set: {} });
    await replica.whenSynced();
    await replica.close();
    expect([replica.state, replica.fault?.code]).toEqual(['refused', 'closed']);
    await client.transact([addressSet('later')]);
    expect(replica.table('Address_Set').size).toBe(0);
  });

  it('closed while it is asked for does not come back', async () => {
    const client = await lab.connect();
    const replica = client.replicate({ Address_Set: {} });
    await Promise.all([replica.close(), client.transact([addressSet('meanwhile')])]);
    await client.transact([select('ACL', [])]);
    expect([replica.state, replica.table('Address_Set').size]).toEqual(['refused', 0]);
  });
});

describe('a replica over a lost connection', () => {
  let proxy: OvsdbProxy;
  let clock: VirtualClock;

  beforeEach(async () => {
    proxy = await lab.proxy();
    clock = new VirtualClock();
  });

  /** A client which, once cut off, stays so until its clock is moved. Nothing else of it runs by that clock. */
  async function connectThroughProxy(): Promise<{ client: NorthboundClient; back: () => Promise<void> }> {
    const never = { probeIntervalMs: 1e12, connectTimeoutMs: 1e12 };
    const client = await lab.connect({ remotes: proxy.remote, clock, ...never });
    const back = async (): Promise<void> => {
      while (client.state.status !== 'connected') await clock.advance(1);
    };
    return { client, back };
  }

  it('keeps its rows as stale, and then reports what really changed', async () => {
    await write(addressSet('same', '1', '2'), addressSet('changed', '1', '2'), addressSet('deleted', '1'));
    const { client, back } = await connectThroughProxy();
    const replica = client.replicate({ Address_Set: {} });
    await replica.whenSynced();
    const same = [...replica.table('Address_Set').values()].find(({ name }) => name === 'same')!;
    const stale = new Promise((resolve) => void replica.onState(resolve));
    proxy.cut();
    expect(await stale).toBe('stale');
    expect(replica.table('Address_Set').size).toBe(3);
    await write(
      mutate('Address_Set', called('changed'), [['addresses', 'delete', ['2']]]),
      remove('Address_Set', called('deleted')),
      addressSet('inserted', '9'),
    );
    const batch = nextBatch(replica);
    await back();
    await replica.whenSynced();
    const { cause, changes } = await batch;
    expect(cause).toBe('sync');
    expect(changes.map(({ kind, before, after }) => [kind, before?.addresses, after?.addresses])).toEqual(
      expect.arrayContaining([
        ['delete', ['1'], undefined],
        ['modify', ['1', '2'], ['1']],
        ['insert', undefined, ['9']],
      ]),
    );
    expect(changes).toHaveLength(3);
    expect(replica.table('Address_Set').get(same._uuid)).toBe(same);
  });

  it('reports nothing when nothing changed', async () => {
    await write(addressSet('quiet', '1'));
    const { client, back } = await connectThroughProxy();
    const replica = client.replicate({ Address_Set: {} });
    await replica.whenSynced();
    let batches = 0;
    replica.onBatch(() => (batches += 1));
    const stale = new Promise((resolve) => void replica.onState(resolve));
    proxy.cut();
    await stale;
    await back();
    await replica.whenSynced();
    expect(batches).toBe(0);
  });

  it('that missed an update finds out and fetches all anew', async () => {
    const { client, back } = await connectThroughProxy();
    const replica = client.replicate({ Address_Set: {} });
    await replica.whenSynced();
    const lost = new Promise<void>((resolve) => {
      proxy.judge = ({ method }) => {
        if (method !== 'update3') return 'pass';
        resolve();
        return 'lose';
      };
    });
    await write(addressSet('missed', '1'));
    await lost;
    proxy.judge = () => 'pass';
    const fault = new Promise((resolve) => {
      client.onState((state) => resolve(state.status === 'connecting' ? state.fault?.code : undefined));
    });
    await write(mutate('Address_Set', called('missed'), [['addresses', 'insert', ['2']]]));
    expect(await fault).toBe('replica-out-of-step');
    await back();
    await replica.whenSynced();
    expect([...replica.table('Address_Set').values()]).toMatchObject([
      { name: 'missed', addresses: ['1', '2'] },
    ]);
  });
});

describe('a replica the server cannot give', () => {
  /** The Northbound of a release to come. */
  const later: DatabaseSchema<OVN_Northbound_Tables> = {
    ...OVN_Northbound,
    tables: {
      ...OVN_Northbound.tables,
      ACL: {
        columns: {
          ...OVN_Northbound.tables.ACL!.columns,
          name: { type: 'integer' },
          colour: { type: 'string' },
        },
      },
      Firewall: { columns: { name: { type: 'string' } } },
    },
  };

  it('says what is missing, and leaves the rest of the client in order', async () => {
    const client = await lab.connect({ database: later });
    const replica = client.replicate({ ACL: {}, Firewall: {} } as never) as OvsdbReplica<unknown>;
    await expect(replica.whenSynced()).rejects.toMatchObject({
      code: 'schema-mismatch',
      retryable: false,
      message:
        "the server's OVN_Northbound has ACL.name is optional string and not integer; no column ACL.colour; no table Firewall",
    });
    expect([replica.state, replica.fault?.code]).toEqual(['refused', 'schema-mismatch']);
    await client.replicate({ ACL: { columns: ['action'] } }).whenSynced();
    expect(await client.transact([select('ACL', [])])).toMatchObject({ outcome: 'committed' });
  });

  it('is not asked for what the schema does not have', async () => {
    const client = await lab.connect();
    expect(() => client.replicate({ Nowhere: {} } as never)).toThrow(
      expect.objectContaining({ code: 'invalid-value' }),
    );
    expect(() => client.replicate({ ACL: { columns: ['colour'] } } as never)).toThrow('no column colour');
    expect(() => client.replicate({ ACL: {} }).table('Nowhere' as never)).toThrow('not replicated');
  });

  it('comes back when a database that was removed does', async () => {
    await write(addressSet('kept', '1'));
    const client = await lab.connect();
    const replica = client.replicate({ Address_Set: {} });
    await replica.whenSynced();
    const fault = new Promise((resolve) => {
      client.onState((state) => resolve(state.status === 'connecting' ? state.fault?.code : undefined));
    });
    await lab.server.control('ovsdb-server/remove-db', 'OVN_Northbound');
    expect(['server-unfit', 'connection-lost']).toContain(await fault);
    await lab.server.control('ovsdb-server/add-db', `${lab.server.directory}/db.db`);
    await replica.whenSynced();
    await writer.whenConnected();
    expect([...replica.table('Address_Set').values()]).toMatchObject([{ name: 'kept' }]);
  });
});
