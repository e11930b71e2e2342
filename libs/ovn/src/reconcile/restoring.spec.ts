// All that a ledger can ask for, after all that can befall a Northbound: it ends as it was, or as it would be now.
import { copyFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { operationsOf } from '@holdfast/ovsdb';
import { OVN_Northbound } from '../generated/northbound';
import { eventually } from '../testing/eventually';
import { NorthboundLab, type RunningReconciler } from '../testing/northbound-lab';
import { pictureOf } from '../testing/picture';
import { TestLedger } from '../testing/test-ledger';

const { delete: remove } = operationsOf(OVN_Northbound);
const LB = { vipType: 'switch_lb_vip', namespace: undefined } as const;

let lab: NorthboundLab;
let ledger: TestLedger;
let reconciler: RunningReconciler;
let before: readonly string[];

const file = (): string => join(lab.server.directory, 'db.db');

beforeEach(async () => {
  lab = await NorthboundLab.start();
  ledger = new TestLedger();
  ledger.defineOn('main', 'blue', '10.17.0.0/16', 'fd00:17::/112');
  ledger.defineOn('main', 'red', '10.18.0.0/16');
  ledger.reservePort('blue', 'pod/default/a', { port: 'a', v4: '10.17.0.7', portSecurity: true });
  ledger.reserve('blue', 'vip', { v4: '10.17.0.100', v6: 'fd00:17::100' });
  ledger.grant('vip', 'a');
  ledger.reserve('blue', 'front', { v4: '10.17.0.200', v6: 'fd00:17::200', ...LB });
  const ports = [{ port: 80, targetPort: 8080, protocol: 'tcp' }] as const;
  ledger.rule('web', 'front', { ports, backends: ['10.17.0.7'], healthCheck: true });
  reconciler = lab.reconciler(ledger);
  await reconciler.whenSettled();
  before = await pictureOf(lab);
});
afterEach(() => lab.stop());

it('is one row of each kind, at least', () => {
  const kinds = new Set(before.map((line) => line.split(' ')[0]));
  expect([...kinds].sort()).toEqual([
    'Load_Balancer',
    'Load_Balancer_Health_Check',
    'Logical_Router',
    'Logical_Router_Port',
    'Logical_Switch',
    'Logical_Switch_Port',
  ]);
  expect(before).toHaveLength(14);
});

it.each<[string, readonly ('Logical_Switch' | 'Logical_Router' | 'Load_Balancer' | 'NB_Global')[]]>([
  ['all', ['Logical_Switch', 'Logical_Router', 'Load_Balancer', 'NB_Global']],
  ['switches', ['Logical_Switch']],
  ['routers', ['Logical_Router']],
  ['load balancers', ['Load_Balancer']],
])('comes back after a wipe: %s', async (_, tables) => {
  await lab.transact(...tables.map((table) => remove(table, [])));
  await eventually(async () => expect(await pictureOf(lab)).toEqual(before));
  await reconciler.whenSettled();
  expect(reconciler.status()).toMatchObject({ obstacles: [], conflicts: [] });
  expect(reconciler.projectionOf('vip')?.reason).toBe('Projected');
});

it('is built again when the database is replaced by an empty one', async () => {
  await lab.server.kill();
  const empty = await NorthboundLab.start();
  await rm(file());
  await copyFile(join(empty.server.directory, 'db.db'), file());
  await empty.stop();
  await lab.server.restart();
  await eventually(async () => expect(await pictureOf(lab)).toEqual(before));
});

it('is brought up to date when an old copy is restored', async () => {
  await copyFile(file(), `${file()}.saved`);
  ledger.retireRule('blue', 'web');
  ledger.release('front');
  ledger.withdraw('vip', 'a');
  ledger.move('blue', 'pod/default/a', { v4: '10.17.0.8' });
  ledger.reroute('red', 'other');
  await reconciler.whenSettled();
  const now = await pictureOf(lab);
  expect(now).not.toEqual(before);
  await lab.server.kill();
  await copyFile(`${file()}.saved`, file());
  await lab.server.restart();
  await eventually(async () => expect(await pictureOf(lab)).toEqual(now));
  await reconciler.whenSettled();
  expect(reconciler.status().obstacles).toEqual([]);
});

it('is written in as few transactions as it has foundations', () => {
  // The routers and switches, and then all that is on them.
  expect(reconciler.status().counts.transactions).toBeLessThanOrEqual(3);
});

it('ends with the ledger, row by row', async () => {
  ledger.retireRule('blue', 'web');
  ledger.releaseAll(['vip', 'front']);
  ledger.releasePort('blue', 'pod/default/a');
  ledger.retire('blue');
  ledger.retire('red');
  await reconciler.whenSettled();
  expect(await pictureOf(lab)).toEqual([]);
  expect(reconciler.status().obstacles).toEqual([]);
});
