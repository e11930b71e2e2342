// Ports of holders, and ports as parents of Vips: named after the defects that others have (D: facts of the field).
import { NorthboundLab, type RunningReconciler } from '../testing/northbound-lab';
import { eventually } from '../testing/eventually';
import { TestLedger } from '../testing/test-ledger';

let lab: NorthboundLab;
let ledger: TestLedger;
let reconciler: RunningReconciler;

beforeEach(async () => {
  lab = await NorthboundLab.start();
  ledger = new TestLedger();
  ledger.define('blue', '10.17.0.0/16', 'fd00:17::/112');
});
afterEach(() => lab.stop());

async function project(): Promise<void> {
  reconciler = lab.reconciler(ledger);
  await reconciler.whenSettled();
}

async function settled(change: () => unknown): Promise<void> {
  change();
  await reconciler.whenSettled();
}

type SwitchPortRow = Awaited<ReturnType<typeof rowOf>>;
async function rowOf(name: string) {
  return (await lab.rowsOf('Logical_Switch_Port')).find((row) => row.name === name);
}
const securityOf = async (
  name: string,
): Promise<SwitchPortRow extends undefined ? never : readonly string[]> =>
  (await rowOf(name))!.port_security as never;
const idsOf = async (name: string): Promise<unknown> => (await rowOf(name))!.external_ids;

const MAC = '00:00:00:00:00:0a';
/** A port as others make it. */
const makePort = (name: string, ...security: readonly string[]): Promise<string> =>
  lab.nbctl(
    ...['--may-exist', 'ls-add', 'blue', '--', 'lsp-add', 'blue', name],
    ...['--', 'lsp-set-addresses', name, `${MAC} 10.17.9.9`],
    ...['--', 'lsp-set-port-security', name, ...security],
  );

describe('a reservation with a port', () => {
  it('has a Logical_Switch_Port, with its addresses and nothing else', async () => {
    ledger.reservePort('blue', 'pod/default/web-0', {
      port: 'web-0.default',
      v4: '10.17.0.5',
      v6: 'fd00:17::5',
      mac: 0x0a0000000001,
    });
    ledger.reservePort('blue', 'pod/default/none');
    await project();
    expect(await lab.rowsOf('Logical_Switch_Port')).toEqual([
      expect.objectContaining({
        name: 'web-0.default',
        type: '',
        addresses: ['0a:00:00:00:00:01 10.17.0.5 fd00:17::5'],
        port_security: [],
        external_ids: { 'holdfast:key': 'port/blue/pod/default/web-0', ls: 'blue', vendor: 'holdfast' },
      }),
    ]);
    const projection = reconciler.projectionOfPort('blue', 'pod/default/web-0' as never);
    expect(projection).toMatchObject({ projected: true, reason: 'Projected' });
    await settled(() => ledger.move('blue', 'pod/default/web-0', { v4: '10.17.0.6' }));
    expect((await rowOf('web-0.default'))?.addresses[0]).toMatch(/ 10\.17\.0\.6 fd00:17::5$/);
    await settled(() => ledger.releasePort('blue', 'pod/default/web-0'));
    expect(await lab.rowsOf('Logical_Switch_Port')).toEqual([]);
  });

  it('may send only what is its own, and what it is a parent of', async () => {
    const spec = { v4: '10.17.0.5', v6: 'fd00:17::5', mac: 0x0a0000000001, portSecurity: true };
    ledger.reservePort('blue', 'pod/default/web-0', { port: 'web-0', ...spec });
    ledger.reserve('blue', 'vip', { v4: '10.17.0.100', v6: 'fd00:17::100' });
    await project();
    const own = '0a:00:00:00:00:01 10.17.0.5 fd00:17::5';
    expect(await securityOf('web-0')).toEqual([own]);
    await settled(() => ledger.grant('vip', 'web-0'));
    expect(await securityOf('web-0')).toEqual([`${own} 10.17.0.100 fd00:17::100`]);
    await settled(() => ledger.revise('vip', { v4: '10.17.0.101' }));
    expect(await securityOf('web-0')).toEqual([`${own} 10.17.0.101 fd00:17::100`]);
    expect((await rowOf('web-0'))?.addresses).toEqual([own]);
    await settled(() => ledger.release('vip'));
    expect(await securityOf('web-0')).toEqual([own]);
  });

  it("is not projected while the name is a foreign port's, which is never touched (D1b)", async () => {
    await makePort('web-0.default', `${MAC} 10.17.9.9`);
    const before = await rowOf('web-0.default');
    ledger.reservePort('blue', 'pod/default/web-0', { port: 'web-0.default' });
    await project();
    expect(await rowOf('web-0.default')).toEqual(before);
    expect(reconciler.projectionOfPort('blue', 'pod/default/web-0' as never)).toMatchObject({
      projected: false,
      reason: 'PortNameTaken',
      message: expect.stringContaining('web-0.default (type "") is there and is not Holdfast\'s'),
    });
    await lab.nbctl('lsp-del', 'web-0.default');
    await eventually(async () =>
      expect((await rowOf('web-0.default'))?.external_ids).toHaveProperty('vendor'),
    );
  });

  it('goes over with its name from one holder to another, and stays a parent', async () => {
    ledger.reservePort('blue', 'pod/default/a', { port: 'p', v4: '10.17.0.5' });
    ledger.reserve('blue', 'vip', { v4: '10.17.0.100', families: [4] });
    ledger.grant('vip', 'p');
    await project();
    await settled(() => {
      ledger.releasePort('blue', 'pod/default/a');
      ledger.reservePort('blue', 'pod/default/b', { port: 'p', v4: '10.17.0.5' });
    });
    await reconciler.whenSettled();
    expect((await rowOf('p'))?.external_ids).toMatchObject({ 'holdfast:key': 'port/blue/pod/default/b' });
    expect((await rowOf('vip'))?.options['virtual-parents']).toBe('p');
    expect(reconciler.status()).toMatchObject({
      obstacles: [],
      conflicts: [],
      counts: { transactionsRefused: 0 },
    });
  });

  it('comes in the same transaction as the Vip that it is a parent of', async () => {
    await project();
    ledger.run([]);
    const { transactions } = reconciler.status().counts;
    ledger.reserve('blue', 'vip', { v4: '10.17.0.100', families: [4] });
    ledger.grant('vip', 'web-0');
    await settled(() => ledger.reservePort('blue', 'pod/default/web-0', { port: 'web-0' }));
    expect((await rowOf('vip'))?.options).toEqual({
      'virtual-ip': '10.17.0.100',
      'virtual-parents': 'web-0',
    });
    expect(reconciler.status().counts.transactions - transactions).toBe(1);
  });
});

describe('parents', () => {
  it('are those that are on the switch; the others are named, and come in when they come (D23, D24)', async () => {
    await lab.nbctl(
      'ls-add',
      'blue',
      '--',
      'ls-add',
      'red',
      '--',
      'lsp-add',
      'red',
      'c',
      '--',
      'lsp-add',
      'blue',
      'b',
    );
    ledger.reserve('blue', 'vip', { v4: '10.17.0.100', families: [4] });
    ledger.grant('vip', 'c', 'b', 'a');
    await project();
    const parents = async (): Promise<unknown> => (await rowOf('vip'))?.options['virtual-parents'];
    expect(await parents()).toBe('b');
    expect(reconciler.projectionOf('vip')).toMatchObject({
      projected: true,
      reason: 'ParentMissing',
      message: expect.stringContaining('called a, c,'),
    });
    expect(reconciler.status().obstacles).toEqual([]);
    await lab.nbctl('lsp-add', 'blue', 'a');
    await eventually(async () => expect(await parents()).toBe('a,b'));
    await lab.nbctl('lsp-del', 'c', '--', 'lsp-add', 'blue', 'c');
    await eventually(async () => expect(await parents()).toBe('a,b,c'));
    await reconciler.whenSettled();
    expect(reconciler.projectionOf('vip')?.reason).toBe('Projected');
    await lab.nbctl('lsp-del', 'b');
    await eventually(async () => expect(await parents()).toBe('a,c'));
    await reconciler.whenSettled();
    expect(reconciler.status().counts.drifts).toBe(0);
  });

  it('make a port for a Vip without a namespace, as long as there is one', async () => {
    await lab.nbctl('ls-add', 'blue', '--', 'lsp-add', 'blue', 'appliance');
    ledger.reserve('blue', 'vip', { namespace: undefined });
    await project();
    expect(reconciler.projectionOf('vip')?.reason).toBe('NoPort');
    await settled(() => ledger.grant('vip', 'appliance'));
    expect((await rowOf('vip'))?.type).toBe('virtual');
    await settled(() => ledger.withdraw('vip', 'appliance'));
    expect(await rowOf('vip')).toBeUndefined();
  });

  it('have one virtual port a family, each with one address (D6)', async () => {
    await lab.nbctl('ls-add', 'blue', '--', 'lsp-add', 'blue', 'a');
    ledger.reserve('blue', 'vip', { v4: '10.17.0.100', v6: 'fd00:17::100' });
    ledger.grant('vip', 'a');
    await project();
    const options = (await lab.rowsOf('Logical_Switch_Port'))
      .filter(({ type }) => type === 'virtual')
      .map((row) => row.options)
      .sort((a, b) => (a['virtual-ip']! < b['virtual-ip']! ? -1 : 1));
    expect(options).toEqual([
      { 'virtual-ip': '10.17.0.100', 'virtual-parents': 'a' },
      { 'virtual-ip': 'fd00:17::100', 'virtual-parents': 'a' },
    ]);
  });

  it("of an address that a Pod has for its own are none: the Vip's port is not made (UserAttached)", async () => {
    ledger.reserve('blue', 'vip', { v4: '10.17.0.100', families: [4] });
    await project();
    const user = { object: 'pod/default/web-0', uid: 'u1' } as never;
    const holder = 'vip/vip' as never;
    await settled(() => ledger.run([{ type: 'AttachUser', subnet: 'blue', holder, user } as never]));
    expect(await rowOf('vip')).toBeUndefined();
    expect(reconciler.projectionOf('vip')?.reason).toBe('NoPort');
  });
});

describe('virtual ports', () => {
  const uuids = async (): Promise<unknown> =>
    Object.fromEntries((await lab.rowsOf('Logical_Switch_Port')).map(({ name, _uuid }) => [name, _uuid]));

  it('stay the rows that they are when their subnet is revised, or another projector starts (D2)', async () => {
    ledger.reserve('blue', 'vip', { v4: '10.17.0.100', families: [4] });
    await project();
    const before = await uuids();
    await settled(() => ledger.run([{ type: 'ReviseSubnet', subnet: 'blue', coolingMs: 1000 }]));
    await reconciler.shutDown();
    await project();
    expect(await uuids()).toEqual(before);
    expect(reconciler.status().counts.rowsWritten).toBe(0);
  });

  it('stay the rows that they are when two Vips exchange their addresses', async () => {
    ledger.reserve('blue', 'one', { v4: '10.17.0.100', families: [4] });
    ledger.reserve('blue', 'two', { v4: '10.17.0.101', families: [4] });
    await project();
    const before = await uuids();
    await settled(() => {
      ledger.revise('one', { v4: '10.17.0.102' });
      ledger.revise('two', { v4: '10.17.0.100' });
      ledger.revise('one', { v4: '10.17.0.101' });
    });
    expect(await lab.ports()).toEqual({ one: 'blue 10.17.0.101', two: 'blue 10.17.0.100' });
    expect(await uuids()).toEqual(before);
    expect(reconciler.status()).toMatchObject({ obstacles: [], conflicts: [], counts: { drifts: 0 } });
  });
});

describe('the port_security of a parent that others made', () => {
  const OWN = `${MAC} 10.17.9.9`;

  beforeEach(() => {
    ledger.reserve('blue', 'vip', { v4: '10.17.0.100', v6: 'fd00:17::100' });
    ledger.reserve('blue', 'other', { v4: '10.17.0.101', families: [4] });
  });

  it('lists the Vip exactly as long as it is a parent (D20)', async () => {
    await makePort('pod', OWN);
    ledger.grant('vip', 'pod');
    await project();
    expect(await securityOf('pod')).toEqual([`${OWN} 10.17.0.100 fd00:17::100`]);
    expect(await idsOf('pod')).toEqual({ 'holdfast:allowed': '10.17.0.100 fd00:17::100' });
    await settled(() => ledger.grant('other', 'pod'));
    expect(await securityOf('pod')).toEqual([`${OWN} 10.17.0.100 fd00:17::100 10.17.0.101`]);
    await settled(() => ledger.withdraw('vip', 'pod'));
    expect(await securityOf('pod')).toEqual([`${OWN} 10.17.0.101`]);
    await settled(() => ledger.withdraw('other', 'pod'));
    expect(await rowOf('pod')).toMatchObject({ port_security: [OWN], external_ids: {}, addresses: [OWN] });
  });

  it('loses it with the Vip, and gets the new address when that changes (D21)', async () => {
    await makePort('pod', OWN);
    ledger.grant('vip', 'pod');
    await project();
    await settled(() => ledger.revise('vip', { v4: '10.17.0.102' }));
    expect((await securityOf('pod')).join(' ').split(' ').slice(2).sort()).toEqual([
      '10.17.0.102',
      'fd00:17::100',
    ]);
    await settled(() => ledger.release('vip'));
    expect(await rowOf('pod')).toMatchObject({ port_security: [OWN], external_ids: {} });
  });

  it.each<[string, readonly string[]]>([
    ['is left empty', []],
    ['is left as it is with MACs alone', [MAC]],
  ])('%s', async (_, security) => {
    await makePort('pod', ...security);
    ledger.grant('vip', 'pod');
    await project();
    expect(await rowOf('pod')).toMatchObject({ port_security: security, external_ids: {} });
  });

  it('keeps what its owner lists by itself, and gets ours back when its owner writes it anew', async () => {
    await makePort('pod', `${OWN} 10.17.0.100`);
    ledger.grant('vip', 'pod');
    await project();
    expect(await idsOf('pod')).toEqual({ 'holdfast:allowed': 'fd00:17::100' });
    await lab.nbctl('lsp-set-port-security', 'pod', `${MAC} 10.17.9.10`);
    await eventually(async () =>
      expect(await securityOf('pod')).toEqual([`${MAC} 10.17.9.10 10.17.0.100 fd00:17::100`]),
    );
    await settled(() => ledger.withdraw('vip', 'pod'));
    expect(await securityOf('pod')).toEqual([`${MAC} 10.17.9.10`]);
  });

  it('never loses an edit that its owner makes at the same time', async () => {
    await makePort('pod', OWN);
    let edits = 0;
    let edited: Promise<unknown> = Promise.resolve();
    const edit = async (): Promise<void> => {
      if (edits < 3) await lab.nbctl('lsp-set-port-security', 'pod', `${MAC} 10.17.9.${(edits += 1)}`);
    };
    // Between our look and our write, three times; one after the other, though two writes may be under way.
    const beforeTransaction = async (): Promise<void> => void (await (edited = edited.then(edit)));
    reconciler = lab.reconciler(ledger, { beforeTransaction });
    ledger.grant('vip', 'pod');
    await eventually(async () =>
      expect(await securityOf('pod')).toEqual([`${MAC} 10.17.9.3 10.17.0.100 fd00:17::100`]),
    );
    await reconciler.whenSettled();
  });

  it('is put right after a stop during which grants and the port changed', async () => {
    await makePort('pod', OWN);
    ledger.grant('vip', 'pod');
    await project();
    await reconciler.shutDown();
    ledger.withdraw('vip', 'pod');
    await project();
    expect(await rowOf('pod')).toMatchObject({ port_security: [OWN], external_ids: {} });
    ledger.grant('vip', 'pod');
    await reconciler.whenSettled();
    await lab.nbctl('lsp-del', 'pod');
    await makePort('pod', OWN);
    await eventually(async () => expect(await idsOf('pod')).toHaveProperty('holdfast:allowed'));
    expect((await rowOf('vip'))?.options['virtual-parents']).toBe('pod');
  });
});
