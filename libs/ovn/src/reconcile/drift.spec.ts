import { copyFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { operationsOf } from '@holdfast/ovsdb';
import { OVN_Northbound } from '../generated/northbound';
import { type LabRow, NorthboundLab, type RunningReconciler } from '../testing/northbound-lab';
import { eventually } from '../testing/eventually';
import { TestLedger } from '../testing/test-ledger';
import type { Drift } from './status';

const { delete: remove, mutate } = operationsOf(OVN_Northbound);

let lab: NorthboundLab;
let ledger: TestLedger;
let reconciler: RunningReconciler;
let drifts: Drift[];

beforeEach(async () => {
  lab = await NorthboundLab.start();
  ledger = new TestLedger();
  ledger.define('blue', '10.17.0.0/16', 'fd00:10:17::/112');
  ledger.define('red', '10.18.0.0/16');
  ledger.reserve('blue', 'web', { v4: '10.17.0.5', v6: 'fd00:10:17::5' });
  ledger.reserve('red', 'db', { v4: '10.18.0.5' });
  for (const [place, vip] of [
    ['blue', 'web'],
    ['red', 'db'],
  ] as const) {
    ledger.reservePort(place, `pod/default/${vip}-0`, { port: `${vip}-0.default` });
    ledger.grant(vip, `${vip}-0.default`);
  }
  reconciler = lab.reconciler(ledger);
  drifts = [];
  reconciler.onDrift((drift) => drifts.push(drift));
  await reconciler.whenSettled();
});
afterEach(() => lab.stop());

const PORTS = {
  web: 'blue 10.17.0.5 web-0.default',
  'web:ipv6': 'blue fd00:10:17::5 web-0.default',
  db: 'red 10.18.0.5 db-0.default',
  'web-0.default': 'blue ',
  'db-0.default': 'red ',
};

/** Rows as they are but for what the server and ovn-northd put there. */
async function ownRows(): Promise<unknown> {
  const bare = ({ _uuid, ...row }: LabRow): unknown =>
    'ports' in row ? { ...row, ports: row.ports.length } : row;
  return (await lab.dump()).own.map(bare).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

const brief = ({ key, kind, columns }: Drift): string => [key, kind, ...columns].join(' ');

describe('a row edited by hand', () => {
  const set = (...args: readonly string[]) => ['set', 'logical_switch_port', 'web', ...args];

  it.each<[string, readonly string[], string]>([
    ['name', set('name=web-2'), 'vip/web/ipv4 changed name'],
    ['type', set('type=""'), 'vip/web/ipv4 changed type'],
    ['virtual-ip', set('options:virtual-ip=10.17.0.6'), 'vip/web/ipv4 changed options'],
    ['virtual-parents', set('options:virtual-parents=evil'), 'vip/web/ipv4 changed options'],
    ['options', ['clear', 'logical_switch_port', 'web', 'options'], 'vip/web/ipv4 changed options'],
    ['another option', set('options:mcast_flood=true'), 'vip/web/ipv4 changed options'],
    ['addresses', set('addresses="00:00:00:00:00:01 10.17.0.5"'), 'vip/web/ipv4 changed addresses'],
    ['port_security', set('port_security="00:00:00:00:00:01"'), 'vip/web/ipv4 changed port_security'],
    ['enabled', set('enabled=false'), 'vip/web/ipv4 changed enabled'],
    [
      'parent_name and tag_request',
      set('parent_name=x', 'tag_request=3'),
      'vip/web/ipv4 changed parent_name tag_request',
    ],
    ['a key of ours', set('external_ids:ls=red'), 'vip/web/ipv4 changed external_ids'],
    ['our key', set('external_ids:"holdfast:key"=nobody'), 'vip/web/ipv4 changed external_ids'],
    [
      'external_ids',
      ['clear', 'logical_switch_port', 'web', 'external_ids'],
      'vip/web/ipv4 changed external_ids',
    ],
    ["the switch's name", ['set', 'logical_switch', 'blue', 'name=green'], 'subnet/blue changed name'],
    [
      "the switch's external_ids",
      ['clear', 'logical_switch', 'blue', 'external_ids'],
      'subnet/blue changed external_ids',
    ],
  ])('is put right: %s', async (_, edit, expected) => {
    const before = await ownRows();
    await lab.nbctl(...edit);
    await eventually(() => expect(drifts.map(brief)).toContain(expected));
    await eventually(async () => expect(await ownRows()).toEqual(before));
    await reconciler.whenSettled();
    expect(drifts.map(brief)).toEqual([expected]);
    expect(reconciler.status()).toMatchObject({ lastDrift: drifts[0], counts: { drifts: 1 } });
    expect(reconciler.projectionOf('web')?.reason).toBe('Projected');
  });

  it('is reported with what is there, what should be, and when', async () => {
    await lab.nbctl('set', 'logical_switch_port', 'db', 'options:virtual-ip=10.18.0.66');
    await eventually(() => expect(drifts).toHaveLength(1));
    expect(drifts[0]).toEqual({
      key: 'vip/db/ipv4',
      kind: 'changed',
      columns: ['options'],
      actual: { options: { 'virtual-ip': '10.18.0.66', 'virtual-parents': 'db-0.default' } },
      desired: { options: { 'virtual-ip': '10.18.0.5', 'virtual-parents': 'db-0.default' } },
      atMs: expect.any(Number),
    });
  });

  it('that took our key to another Vip is put right too', async () => {
    await lab.nbctl('set', 'logical_switch_port', 'web', 'external_ids:"holdfast:key"="vip/db/ipv4"');
    await eventually(async () => expect(await lab.ports()).toEqual(PORTS));
  });
});

describe('rows that come and go', () => {
  it('are made again when they are deleted', async () => {
    await lab.nbctl('lsp-del', 'web', '--', 'lsp-del', 'web:ipv6');
    await eventually(async () => expect(await lab.ports()).toEqual(PORTS));
    await lab.nbctl('ls-del', 'red');
    await eventually(async () => expect(await lab.ports()).toEqual(PORTS));
    await reconciler.whenSettled();
    expect(drifts.map(brief).sort()).toEqual([
      'port/red/pod/default/db-0 missing',
      'subnet/red missing',
      'vip/db/ipv4 missing',
      'vip/web/ipv4 missing',
      'vip/web/ipv6 missing',
    ]);
  });

  it('are taken away if they carry our key and stand for nothing', async () => {
    const before = await ownRows();
    await lab.nbctl(
      ...['lsp-add', 'red', 'old', '--', 'set', 'logical_switch_port', 'old'],
      'external_ids:"holdfast:key"="vip/old/ipv4"',
      ...['--', 'lsp-add', 'red', 'web-copy', '--', 'set', 'logical_switch_port', 'web-copy'],
      'external_ids:"holdfast:key"="vip/web/ipv4"',
      ...[
        '--',
        'ls-add',
        'old',
        '--',
        'set',
        'logical_switch',
        'old',
        'external_ids:"holdfast:key"="subnet/old"',
      ],
    );
    await eventually(() => expect(drifts).toHaveLength(3));
    await eventually(async () => expect(await ownRows()).toEqual(before));
    expect(drifts.map(brief).sort()).toEqual([
      'subnet/old extra',
      'vip/old/ipv4 extra',
      'vip/web/ipv4 extra',
    ]);
  });

  it('are put back on their switch, and on no other', async () => {
    const uuid = (await lab.nbctl('get', 'logical_switch_port', 'web', '_uuid')).trim() as never;
    await lab.transact(
      mutate('Logical_Switch', [['name', '==', 'blue']], [['ports', 'delete', [uuid]]]),
      mutate('Logical_Switch', [['name', '==', 'red']], [['ports', 'insert', [uuid]]]),
    );
    await eventually(async () => expect(await lab.ports()).toEqual(PORTS));
    const second = (await lab.nbctl('get', 'logical_switch_port', 'web', '_uuid')).trim() as never;
    await lab.transact(mutate('Logical_Switch', [['name', '==', 'red']], [['ports', 'insert', [second]]]));
    await eventually(async () => {
      const { own } = await lab.dump();
      expect(own.filter((row) => 'ports' in row && row.ports.includes(second))).toHaveLength(1);
    });
    expect(drifts.map(brief)[0]).toBe('vip/web/ipv4 changed ports');
  });

  it('all come back after a wipe, at once and without a restart', async () => {
    const before = await ownRows();
    await lab.transact(remove('Logical_Switch', []), remove('NB_Global', []));
    await eventually(async () => expect(await ownRows()).toEqual(before));
    await reconciler.whenSettled();
    expect(drifts.map(({ kind }) => kind)).toEqual(Array.from({ length: 7 }, () => 'missing'));
    expect(reconciler.status()).toMatchObject({ position: '8', recordedPosition: '8' });
  });
});

describe('the whole database', () => {
  const file = (): string => join(lab.server.directory, 'db.db');

  it('is filled again when it is replaced by an empty one', async () => {
    const before = await ownRows();
    await copyFile(file(), `${file()}.saved`);
    await lab.server.kill();
    await rm(file());
    const empty = await NorthboundLab.start();
    await copyFile(join(empty.server.directory, 'db.db'), file());
    await empty.stop();
    await lab.server.restart();
    await eventually(async () => expect(await ownRows()).toEqual(before));
    await eventually(() => expect(reconciler.status().recordedPosition).toBe('8'));
    await reconciler.whenSettled();
    expect(drifts).toHaveLength(7);
  });

  it('is brought up to date when an old copy of it is restored', async () => {
    await lab.nbctl('ls-add', 'theirs', '--', 'lsp-add', 'theirs', 'pod.default');
    await copyFile(file(), `${file()}.saved`);
    ledger.release('web');
    ledger.reserve('blue', 'new', { v4: '10.17.0.5', families: [4] });
    ledger.revise('db', { v4: '10.18.0.6' });
    await reconciler.whenSettled();
    const before = await lab.ports();
    await lab.server.kill();
    await copyFile(`${file()}.saved`, file());
    await lab.server.restart();
    await eventually(async () => expect(await lab.ports()).toEqual(before));
    await eventually(() => expect(reconciler.status().recordedPosition).toBe('11'));
    expect((await lab.dump()).foreign.map(({ name }) => name).sort()).toEqual(['pod.default', 'theirs']);
  });

  it('is not written to at all while nothing is different', async () => {
    const { transactions } = reconciler.status().counts;
    await lab.server.kill();
    await lab.server.restart();
    await lab.nbctl('set', 'logical_switch_port', 'web', 'up=true', 'tag=5');
    await lab.nbctl('set', 'nb_global', '.', 'nb_cfg=7', 'options:northd_probe_interval=5');
    await eventually(() => expect(reconciler.status()).toMatchObject({ connected: true, isActive: true }));
    await reconciler.whenSettled();
    expect([reconciler.status().counts.transactions, drifts]).toEqual([transactions, []]);
  });
});

describe('the mark', () => {
  it('is put back when it is taken away, or set back', async () => {
    const ids = (): Promise<string> => lab.nbctl('get', 'nb_global', '.', 'external_ids');
    await lab.nbctl('set', 'nb_global', '.', 'external_ids:theirs=kept');
    const before = await ids();
    expect(before).toMatch(/"holdfast:position"="8"/);
    for (const edit of [
      ['remove', 'nb_global', '.', 'external_ids', '"holdfast:position"'],
      ['remove', 'nb_global', '.', 'external_ids', '"holdfast:incarnation"'],
      ['clear', 'nb_global', '.', 'external_ids', '--', 'set', 'nb_global', '.', 'external_ids:theirs=kept'],
      ['set', 'nb_global', '.', 'external_ids:"holdfast:position"="1"'],
    ]) {
      await lab.nbctl(...edit);
      await eventually(async () => expect(await ids()).toBe(before));
    }
  });
});
