// Servers of other ages: the same changes must make the same replica whichever monitor method they know.
import { SeededChance } from '@holdfast/clock/testing';
import { operationsOf } from '../transact/operations';
import { OVN_Northbound } from '../testing/generated/northbound';
import { OvsdbLab, type NorthboundClient } from '../testing/lab';

const { insert, update, mutate, delete: remove, select } = operationsOf(OVN_Northbound);

let lab: OvsdbLab;

beforeAll(async () => {
  lab = await OvsdbLab.start();
});
afterAll(() => lab.stop());

/** A random change to one of a few rows: of scalars, optionals, sets and maps. */
function randomChange(chance: SeededChance) {
  const where = [['name', '==', `port${chance.below(4)}`]] as const;
  const member = (): string => `m${chance.below(6)}`;
  const changes = [
    () => update('Logical_Switch_Port', where, { type: member() }),
    () => update('Logical_Switch_Port', where, { tag: chance.below(3) || undefined }),
    () =>
      update('Logical_Switch_Port', where, {
        addresses: [member(), member()].filter((m, at, all) => all.indexOf(m) === at),
      }),
    () => mutate('Logical_Switch_Port', where, [['addresses', 'insert', [member()]]]),
    () => mutate('Logical_Switch_Port', where, [['addresses', 'delete', [member(), member() + '_']]]),
    () => mutate('Logical_Switch_Port', where, [['options', 'insert', { [member()]: member() }]]),
    () => update('Logical_Switch_Port', where, { options: { [member()]: member() } }),
    () => mutate('Logical_Switch_Port', where, [['options', 'delete', [member()]]]),
  ];
  return changes[chance.below(changes.length)]!();
}

async function followsChanges(client: NorthboundClient): Promise<void> {
  const chance = new SeededChance(11);
  const replica = client.replicate({ Logical_Switch_Port: {}, Logical_Switch: {} });
  await replica.whenSynced();
  await client.transact([
    insert('Logical_Switch', { name: 'all', ports: [0, 1, 2, 3].map((at) => ({ namedUuid: `p${at}` })) }),
    ...[0, 1, 2, 3].map((at) => insert('Logical_Switch_Port', { name: `port${at}` }, { named: `p${at}` })),
  ]);
  for (let step = 0; step < 150; step += 1) {
    const changes = Array.from({ length: 1 + chance.below(3) }, () => randomChange(chance));
    const done = await client.transact([...changes, select('Logical_Switch_Port', [])] as const);
    if (done.outcome !== 'committed') throw new Error(done.error);
    const { rows } = done.results.at(-1) as { rows: readonly { _uuid: string }[] };
    expect(replica.table('Logical_Switch_Port')).toEqual(new Map(rows.map((row) => [row._uuid, row])));
  }
  await client.transact([remove('Logical_Switch', [])]);
  expect([...replica.table('Logical_Switch_Port'), ...replica.table('Logical_Switch')]).toEqual([]);
}

describe.each([
  ['of today', []],
  ['before Open vSwitch 2.12', ['monitor_cond_since']],
  ['before Open vSwitch 2.6', ['monitor_cond_since', 'monitor_cond']],
])('a server %s', (_age, unknown: readonly string[]) => {
  it('is followed change by change', async () => {
    const asked: unknown[] = [];
    const proxy = await lab.proxy(({ method, params }, from) => {
      if (from === 'client' && params?.[0] === 'OVN_Northbound' && method?.startsWith('monitor'))
        asked.push(method);
      return from === 'client' && unknown.includes(method ?? '') ? { error: 'unknown method' } : 'pass';
    });
    await followsChanges(await lab.connect({ remotes: proxy.remote }));
    expect(asked).toEqual([...unknown, ['monitor_cond_since', 'monitor_cond', 'monitor'][unknown.length]]);
  });
});

describe('a server that only knows monitor', () => {
  it('is a real one with its newer methods switched off', async () => {
    await lab.server.control('ovsdb-server/disable-monitor-cond');
    await followsChanges(await lab.connect());
  });

  it('that lacks the database is not used', async () => {
    const client = lab.open({ database: { ...OVN_Northbound, name: 'Nowhere' } });
    const fault = await new Promise((resolve) => {
      client.onState((state) => resolve(state.status === 'connecting' && state.fault?.code));
    });
    expect(fault).toBe('server-unfit');
  });

  it('cannot replicate part of a table, and says so', async () => {
    const client = await lab.connect();
    const replica = client.replicate({ ACL: { where: [['priority', '==', 7]] } });
    await expect(replica.whenSynced()).rejects.toMatchObject({
      code: 'request-refused',
      message: 'the server is too old to monitor part of ACL',
    });
  });
});
