import { abort, assert, comment, commit, operationsOf } from './operations';
import { OVN_Northbound } from '../testing/generated/northbound';
import { named, parseUuid } from '../schema/uuid';

const nb = operationsOf(OVN_Northbound);
const ID = 'a6c1b6a2-5b0f-4d6c-9f5e-0123456789ab';

describe('building operations', () => {
  it('writes the wire form of RFC 7047 section 5.2', () => {
    const { insert, select, update, mutate, delete: remove, wait } = nb;
    const web = ['name', '==', 'web'] as const;
    const uuid = parseUuid<'Logical_Switch_Port'>(ID);
    expect([
      insert('Logical_Switch_Port', { name: 'web', tag: 5, options: { a: 'b' } }, { named: 'port', uuid }),
      select('Logical_Switch_Port', [web], ['name', '_uuid']),
      select('Logical_Switch_Port', []),
      update('Logical_Switch_Port', [['_uuid', '==', uuid]], { tag: undefined }),
      mutate('Logical_Switch', [['name', '==', 'blue']], [['ports', 'insert', [named('port')]]]),
      mutate('Logical_Switch', [], [['external_ids', 'delete', ['owner']]]),
      mutate('NB_Global', [], [['nb_cfg', '+=', 1]]),
      remove('Logical_Switch', [['ports', 'includes', [uuid]]]),
      wait('NB_Global', { where: [], columns: ['nb_cfg'], until: '==', rows: [{ nb_cfg: 7 }], timeoutMs: 0 }),
    ]).toEqual([
      {
        op: 'insert',
        table: 'Logical_Switch_Port',
        row: { name: 'web', tag: 5, options: ['map', [['a', 'b']]] },
        'uuid-name': 'port',
        uuid: ID,
      },
      {
        op: 'select',
        table: 'Logical_Switch_Port',
        where: [['name', '==', 'web']],
        columns: ['name', '_uuid'],
      },
      { op: 'select', table: 'Logical_Switch_Port', where: [] },
      {
        op: 'update',
        table: 'Logical_Switch_Port',
        where: [['_uuid', '==', ['uuid', ID]]],
        row: { tag: ['set', []] },
      },
      {
        op: 'mutate',
        table: 'Logical_Switch',
        where: [['name', '==', 'blue']],
        mutations: [['ports', 'insert', ['set', [['named-uuid', 'port']]]]],
      },
      {
        op: 'mutate',
        table: 'Logical_Switch',
        where: [],
        mutations: [['external_ids', 'delete', ['set', ['owner']]]],
      },
      { op: 'mutate', table: 'NB_Global', where: [], mutations: [['nb_cfg', '+=', 1]] },
      { op: 'delete', table: 'Logical_Switch', where: [['ports', 'includes', ['set', [['uuid', ID]]]]] },
      {
        op: 'wait',
        table: 'NB_Global',
        where: [],
        columns: ['nb_cfg'],
        until: '==',
        rows: [{ nb_cfg: 7 }],
        timeout: 0,
      },
    ]);
    expect([commit({ durable: true }), abort(), comment('why'), assert('me')]).toEqual([
      { op: 'commit', durable: true },
      { op: 'abort' },
      { op: 'comment', comment: 'why' },
      { op: 'assert', lock: 'me' },
    ]);
  });

  it('refuses names that are not in the schema, also where types were circumvented', () => {
    const untyped = nb as unknown as { [op: string]: (...args: unknown[]) => unknown };
    expect(() => untyped.insert!('Nowhere', {})).toThrow('database OVN_Northbound has no table Nowhere');
    expect(() => untyped.insert!('toString', {})).toThrow('no table toString');
    expect(() => untyped.update!('Logical_Switch', [], { nome: 'x' })).toThrow(
      'table Logical_Switch has no column nome',
    );
    expect(() => untyped.select!('Logical_Switch', [['nome', '==', 'x']])).toThrow('no column nome');
    expect(() => assert('not an id')).toThrow(expect.objectContaining({ code: 'invalid-value' }));
    expect(() => named('port-1')).toThrow(expect.objectContaining({ code: 'invalid-value' }));
    expect(() => parseUuid('A6C1')).toThrow(expect.objectContaining({ code: 'invalid-value' }));
  });
});

/** Compiled, never run: each line but the first must not compile. */
export function typesHold(): void {
  const acl = parseUuid<'ACL'>(ID);
  nb.insert('Logical_Switch', { name: 'blue', acls: [acl], external_ids: new Map([['a', 'b']]) });
  // @ts-expect-error no such table
  nb.insert('Logical_Swatch', {});
  // @ts-expect-error no such column
  nb.insert('Logical_Switch', { nome: 'blue' });
  // @ts-expect-error a UUID of another table
  nb.insert('Logical_Switch', { ports: [acl] });
  // @ts-expect-error any text for a UUID
  nb.insert('Logical_Switch', { ports: ['web'] });
  // @ts-expect-error a number for text
  nb.update('Logical_Switch', [], { name: 7 });
  // @ts-expect-error not in the enumeration
  nb.update('ACL', [], { action: 'perhaps' });
  // @ts-expect-error the wrong type in a condition
  nb.select('Logical_Switch', [['name', '==', 7]]);
  // @ts-expect-error arithmetic on text
  nb.mutate('Logical_Switch', [], [['name', '+=', 1]]);
  // @ts-expect-error a key that the map cannot have
  nb.insert('QoS', { bandwidth: { speed: 5 } });
}
