import { abort, comment, commit, operationsOf } from './operations';
import { OVN_Northbound } from '../testing/generated/northbound';
import { OvsdbLab, type NorthboundClient } from '../testing/lab';
import { named, parseUuid } from '../schema/uuid';

const { insert, select, update, mutate, delete: remove, wait } = operationsOf(OVN_Northbound);

let lab: OvsdbLab;
let client: NorthboundClient;

beforeAll(async () => {
  lab = await OvsdbLab.start();
  client = await lab.connect();
});
afterAll(() => lab.stop());

/** What a set of addresses holds, as another transaction sees it; `undefined` if there is none. */
async function addresses(name: string): Promise<readonly string[] | undefined> {
  const read = await client.transact([select('Address_Set', [['name', '==', name]], ['addresses'])]);
  if (read.outcome !== 'committed') throw new Error(read.error);
  return read.results[0].rows[0]?.addresses;
}

describe('a transaction', () => {
  it('does every operation and answers for each', async () => {
    const done = await client.transact([
      comment('all at once'),
      insert('Logical_Switch', {
        name: 'blue',
        ports: [named('port')],
        other_config: { subnet: '10.0.0.0/24' },
      }),
      insert('Logical_Switch_Port', { name: 'web', tag: 5, addresses: ['b', 'a'] }, { named: 'port' }),
      select('Logical_Switch_Port', [['name', '==', 'web']], ['_uuid', 'tag', 'addresses', 'up', 'options']),
      update('Logical_Switch_Port', [['name', '==', 'web']], { tag: undefined, enabled: true }),
      mutate('Logical_Switch', [['name', '==', 'blue']], [['other_config', 'insert', { mtu: '1500' }]]),
      mutate('Logical_Switch', [['name', '==', 'blue']], [['other_config', 'delete', ['subnet']]]),
      select('Logical_Switch', [['name', '==', 'blue']]),
      wait('Logical_Switch', {
        where: [],
        columns: ['name'],
        until: '==',
        rows: [{ name: 'blue' }],
        timeoutMs: 0,
      }),
      remove('Logical_Switch', [['name', '==', 'blue']]),
      commit({ durable: true }),
    ]);
    if (done.outcome !== 'committed') throw new Error(done.error);
    const [, blue, port, first, updated, , , second, , removed] = done.results;
    expect(first.rows).toEqual([
      { _uuid: port.uuid, tag: 5, addresses: ['a', 'b'], up: undefined, options: {} },
    ]);
    expect(second.rows).toMatchObject([
      { _uuid: blue.uuid, other_config: { mtu: '1500' }, ports: [port.uuid] },
    ]);
    expect([updated, removed]).toEqual([{ count: 1 }, { count: 1 }]);
  });

  it.each([
    ['fails', [insert('Address_Set', { name: 'all-or-none' }), abort()], 'aborted', 1],
    [
      'violates a constraint',
      [insert('Address_Set', { name: 'all-or-none' }), insert('ACL', { priority: 40_000 })],
      'constraint violation',
      1,
    ],
    [
      'waits in vain',
      [
        insert('Address_Set', { name: 'all-or-none' }),
        wait('NB_Global', {
          where: [],
          columns: ['nb_cfg'],
          until: '==',
          rows: [{ nb_cfg: 99 }],
          timeoutMs: 0,
        }),
      ],
      'timed out',
      1,
    ],
    [
      'breaks an index, which only the commit finds out',
      [insert('Address_Set', { name: 'all-or-none' }), insert('Address_Set', { name: 'all-or-none' })],
      'constraint violation',
      undefined,
    ],
  ])('does nothing at all if one %s', async (_what, operations, error, operation) => {
    expect(await client.transact(operations)).toMatchObject({ outcome: 'aborted', error, operation });
    expect(await addresses('all-or-none')).toBeUndefined();
  });

  it('inserts a row by the UUID that the caller chose', async () => {
    const uuid = parseUuid<'Address_Set'>('a6c1b6a2-5b0f-4d6c-9f5e-0123456789ab');
    const chosen = insert('Address_Set', { name: 'chosen' }, { uuid });
    expect(await client.transact([chosen])).toEqual({ outcome: 'committed', results: [{ uuid }] });
  });

  it('has the server’s explanation', async () => {
    const twice = [insert('Address_Set', { name: 'twice' }), insert('Address_Set', { name: 'twice' })];
    expect(await client.transact(twice)).toMatchObject({
      details: expect.stringContaining('twice') as string,
    });
  });

  it('happens only if its wait holds, so that a stale writer is fenced', async () => {
    const fence = (position: string) =>
      wait('Address_Set', {
        where: [['name', '==', 'fence']],
        columns: ['external_ids'],
        until: '==',
        rows: [{ external_ids: { position } }],
        timeoutMs: 0,
      });
    const advance = (from: string, to: string) =>
      client.transact([
        fence(from),
        update('Address_Set', [['name', '==', 'fence']], { external_ids: { position: to }, addresses: [to] }),
      ]);
    await client.transact([insert('Address_Set', { name: 'fence', external_ids: { position: '1' } })]);
    expect(await advance('1', '2')).toMatchObject({ outcome: 'committed' });
    expect(await advance('1', '9')).toMatchObject({ outcome: 'aborted', error: 'timed out', operation: 0 });
    const racers = await Promise.all(['a', 'b', 'c', 'd'].map((mine) => advance('2', mine)));
    expect(racers.filter(({ outcome }) => outcome === 'committed')).toHaveLength(1);
    expect(await addresses('fence')).toEqual(['a']);
  });

  it('may wait for another to make its condition true', async () => {
    const other = await lab.connect();
    const waiting = client.transact([
      wait('Address_Set', {
        where: [['name', '==', 'awaited']],
        columns: ['name'],
        until: '==',
        rows: [{ name: 'awaited' }],
      }),
      mutate('Address_Set', [['name', '==', 'awaited']], [['addresses', 'insert', ['seen']]]),
    ]);
    await other.transact([insert('Address_Set', { name: 'awaited' })]);
    expect(await waiting).toMatchObject({ outcome: 'committed' });
    expect(await addresses('awaited')).toEqual(['seen']);
  });

  it('that the server cannot read is aborted with its words', async () => {
    const nonsense = [{ op: 'explode' }] as never;
    expect(await client.transact(nonsense)).toMatchObject({ outcome: 'aborted', error: 'syntax error' });
  });
});
