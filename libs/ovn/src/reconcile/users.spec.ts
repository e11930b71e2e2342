// What who uses an address has in the Northbound: a Pod with a Vip as its own address, a machine that moves.
import type { Holder } from '@holdfast/ipam';
import { NorthboundLab, type RunningReconciler } from '../testing/northbound-lab';
import { TestLedger } from '../testing/test-ledger';

let lab: NorthboundLab;
let ledger: TestLedger;
let reconciler: RunningReconciler;

beforeEach(async () => {
  lab = await NorthboundLab.start();
  ledger = new TestLedger();
  ledger.define('blue', '10.17.0.0/16');
  reconciler = lab.reconciler(ledger);
  await reconciler.whenSettled();
});
afterEach(() => lab.stop());

async function settled(change: () => unknown): Promise<void> {
  change();
  await reconciler.whenSettled();
}

const rowOf = async (name: string) =>
  (await lab.rowsOf('Logical_Switch_Port')).find((row) => row.name === name);

describe('a Pod that has a Vip as its own address', () => {
  const attach = () =>
    ledger.attach('blue', 'vip/web', { object: 'pod/default/a', uid: 'u1', port: 'a.default' });

  it('has a port with exactly the Vip’s addresses and MAC, and the Vip no virtual port', async () => {
    await settled(() =>
      ledger.reserve('blue', 'web', { v4: '10.17.0.9', mac: 0x0a0000000009, namespace: 'default' }),
    );
    expect((await rowOf('web'))?.type).toBe('virtual');
    await settled(attach);
    expect(await rowOf('web')).toBeUndefined();
    expect(await rowOf('a.default')).toMatchObject({
      type: '',
      addresses: ['0a:00:00:00:00:09 10.17.0.9'],
      external_ids: { 'holdfast:key': 'vip/web/user', ls: 'blue', vendor: 'holdfast' },
    });
    expect(reconciler.projectionOf('web')).toMatchObject({ projected: true });
    await settled(() => ledger.detach('blue', 'vip/web', 'u1', 'none'));
    expect(await rowOf('a.default')).toBeUndefined();
    expect((await rowOf('web'))?.type).toBe('virtual');
  });

  it('has the port security that it asks for, with the Vips that it may answer for, until it asks no more', async () => {
    const attachAs = (portSecurity?: boolean): void => {
      const user = { object: 'pod/default/a', uid: 'u1', port: 'a.default' };
      ledger.attach('blue', 'vip/web', { ...user, ...(portSecurity && { portSecurity }) });
    };
    await settled(() => ledger.reserve('blue', 'web', { v4: '10.17.0.9', mac: 0x0a0000000009 }));
    await settled(() => attachAs(true));
    const own = '0a:00:00:00:00:09 10.17.0.9';
    expect(await rowOf('a.default')).toMatchObject({ port_security: [own], addresses: [own] });
    await settled(() => {
      ledger.reserve('blue', 'shared', { v4: '10.17.0.77', namespace: 'default' });
      ledger.grant('shared', 'a.default');
    });
    expect((await rowOf('a.default'))?.port_security).toEqual([`${own} 10.17.0.77`]);
    await settled(() => attachAs());
    expect((await rowOf('a.default'))?.port_security).toEqual([]);
  });

  it('never has its port taken from another’s of the same name', async () => {
    await lab.nbctl('--may-exist', 'ls-add', 'blue', '--', 'lsp-add', 'blue', 'a.default');
    await settled(() => ledger.reserve('blue', 'web'));
    await settled(attach);
    expect((await rowOf('a.default'))?.addresses).toEqual([]);
    expect(reconciler.projectionOf('web')).toMatchObject({ projected: false, reason: 'PortNameTaken' });
    await lab.nbctl('lsp-del', 'a.default');
    await reconciler.whenSettled();
    expect((await rowOf('a.default'))?.addresses).toHaveLength(1);
  });
});

describe('a holder’s port', () => {
  const pod = 'pod/default/a';
  const row = { addresses: ['0a:00:00:00:00:07 10.17.0.7'], port_security: [] as string[] };
  const address = { v4: '10.17.0.7', mac: 0x0a0000000007 };

  it('is made when it is recorded after the address, and secured and called as is recorded then', async () => {
    await settled(() => ledger.reservePort('blue', pod, address));
    expect(await lab.rowsOf('Logical_Switch_Port')).toEqual([]);
    await settled(() => ledger.move('blue', pod, { port: 'a.default' }));
    expect(await rowOf('a.default')).toMatchObject(row);
    await settled(() => ledger.move('blue', pod, { port: 'a.default', portSecurity: true }));
    expect(await rowOf('a.default')).toMatchObject({ ...row, port_security: row.addresses });
    await settled(() => ledger.move('blue', pod, { port: 'other' }));
    expect(await rowOf('a.default')).toBeUndefined();
    expect(await rowOf('other')).toMatchObject(row);
  });
});

describe('a machine’s port', () => {
  const pod = (name: string, uid: string, node: string) => ({ object: `pod/default/${name}`, uid, node });

  const optionsOf = async () => (await rowOf('db.default'))?.options;
  const both = { 'requested-chassis': 'n1,n2', 'activation-strategy': 'rarp' };
  const run = (): void => {
    ledger.reservePort('blue', 'vm/default/db', { port: 'db.default' });
    ledger.attach('blue', 'vm/default/db', pod('launcher-a', 'u1', 'n1'));
  };

  it('is on its node alone, on both while it migrates, and then on the target alone', async () => {
    await settled(run);
    expect(await optionsOf()).toEqual({ 'requested-chassis': 'n1' });
    await settled(() => ledger.attach('blue', 'vm/default/db', pod('launcher-b', 'u2', 'n2'), true));
    expect(await optionsOf()).toEqual(both);
    await settled(() => ledger.detach('blue', 'vm/default/db', 'u1', 'exists'));
    expect(await optionsOf()).toEqual({ 'requested-chassis': 'n2' });
    await settled(() => ledger.detach('blue', 'vm/default/db', 'u2', 'exists'));
    expect(await optionsOf()).toEqual({});
  });

  it('is on the source alone before its target has a node, and when the migration failed', async () => {
    await settled(run);
    const { object, uid } = pod('launcher-b', 'u2', 'n2');
    await settled(() => ledger.attach('blue', 'vm/default/db', { object, uid }, true));
    expect(await optionsOf()).toEqual({ 'requested-chassis': 'n1' });
    await settled(() => ledger.attach('blue', 'vm/default/db', pod('launcher-b', 'u2', 'n2'), true));
    expect(await optionsOf()).toEqual(both);
    await settled(() => ledger.detach('blue', 'vm/default/db', 'u2', 'exists'));
    expect(await optionsOf()).toEqual({ 'requested-chassis': 'n1' });
  });

  it('that has a Vip as its own address is where its Pods are, too', async () => {
    const user = (name: string, uid: string, node: string) => {
      return { ...pod(name, uid, node), port: 'db.default', owner: 'vm/default/db' as Holder };
    };
    await settled(() => {
      ledger.reserve('blue', 'web');
      ledger.attach('blue', 'vip/web', user('launcher-a', 'u1', 'n1'));
    });
    expect(await optionsOf()).toEqual({ 'requested-chassis': 'n1' });
    await settled(() => ledger.attach('blue', 'vip/web', user('launcher-b', 'u2', 'n2'), true));
    expect(await optionsOf()).toEqual(both);
    await settled(() => ledger.detach('blue', 'vip/web', 'u1', 'exists'));
    expect(await optionsOf()).toEqual({ 'requested-chassis': 'n2' });
  });

  it('of another holder keeps the options that others gave it', async () => {
    await settled(() => ledger.reservePort('blue', 'pod/default/a', { port: 'a.default' }));
    await lab.nbctl('set', 'Logical_Switch_Port', 'a.default', 'options:requested-tnl-key=7');
    await settled(() => ledger.attach('blue', 'pod/default/a', pod('a', 'u1', 'n1')));
    expect((await rowOf('a.default'))?.options).toEqual({ 'requested-tnl-key': '7' });
  });
});
