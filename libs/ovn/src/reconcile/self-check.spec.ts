// What must never be on a switch: refused where we would write it, reported where it is.
import { NorthboundLab, type RunningReconciler } from '../testing/northbound-lab';
import { eventually } from '../testing/eventually';
import { TestLedger } from '../testing/test-ledger';
import type { Drift } from './status';

let lab: NorthboundLab;
let ledger: TestLedger;
let reconciler: RunningReconciler;
let drifts: Drift[];

const LB = { vipType: 'switch_lb_vip', namespace: undefined, families: [4] } as const;
const MAC = '0a:00:00:00:00:01';

beforeEach(async () => {
  lab = await NorthboundLab.start();
  ledger = new TestLedger();
  ledger.define('blue', '10.17.0.0/16');
  await lab.nbctl('ls-add', 'blue', '--', 'ls-add', 'elsewhere');
});
afterEach(() => lab.stop());

async function project(): Promise<void> {
  reconciler = lab.reconciler(ledger);
  drifts = [];
  reconciler.onDrift((drift) => drifts.push(drift));
  await reconciler.whenSettled();
}

const port = (name: string, place: string, ...addresses: readonly string[]): Promise<string> =>
  lab.nbctl('lsp-add', place, name, '--', 'lsp-set-addresses', name, ...addresses);
const names = async (): Promise<unknown> =>
  (await lab.rowsOf('Logical_Switch_Port')).map(({ name }) => name).sort();
/** As Kube-OVN has it: a router port and the port of the switch that leads to it. */
const router = (mac: string): Promise<string> =>
  lab.nbctl(
    ...['lr-add', 'ovn-cluster', '--', 'lrp-add', 'ovn-cluster', 'up', mac, '10.17.0.1/16'],
    ...['--', 'lsp-add', 'blue', 'blue-up', '--', 'lsp-set-type', 'blue-up', 'router'],
    ...['--', 'lsp-set-addresses', 'blue-up', 'router', '--', 'lsp-set-options', 'blue-up', 'router-port=up'],
  );

describe('what would be wrong is not written', () => {
  it.each<[string, () => Promise<unknown>]>([
    ["another port's MAC", () => port('theirs', 'blue', `${MAC.toUpperCase()} 10.17.0.9`)],
    ['the MAC of the router that the switch is on', () => router(MAC)],
  ])('%s', async (_, make) => {
    await make();
    const before = await names();
    ledger.reservePort('blue', 'pod/default/a', { port: 'a', mac: 0x0a0000000001 });
    await project();
    expect(await names()).toEqual(before);
    expect(reconciler.projectionOfPort('blue', 'pod/default/a' as never)).toMatchObject({
      projected: false,
      reason: 'MacTaken',
      message: expect.stringContaining(MAC),
    });
    await lab.nbctl('--if-exists', 'lsp-del', 'theirs', '--', '--if-exists', 'lrp-del', 'up');
    await eventually(async () => expect(await names()).toContain('a'));
  });

  it('a Vip for which OVN answers already', async () => {
    await router('00:00:00:7a:e1:01');
    await port('theirs', 'blue', '00:00:00:00:00:09 10.17.0.100 10.17.0.200');
    ledger.reserve('blue', 'vip', { v4: '10.17.0.100' });
    ledger.reserve('blue', 'front', { v4: '10.17.0.200', ...LB });
    await project();
    expect(await names()).toEqual(['blue-up', 'theirs']);
    for (const vip of ['vip', 'front'])
      expect(reconciler.projectionOf(vip)).toMatchObject({
        projected: false,
        reason: 'AddressAnswered',
        message: expect.stringContaining('port theirs'),
      });
    await lab.nbctl('lsp-set-addresses', 'theirs', '00:00:00:00:00:09 10.17.0.9');
    await eventually(async () => expect(await names()).toEqual(['blue-up', 'front', 'theirs', 'vip']));
  });

  it('a virtual address that a virtual port of others has', async () => {
    await lab.nbctl('lsp-add', 'blue', 'theirs', '--', 'lsp-set-type', 'theirs', 'virtual');
    await lab.nbctl('set', 'logical_switch_port', 'theirs', 'options:virtual-ip=10.17.0.9');
    ledger.reservePort('blue', 'pod/default/a', { port: 'a', v4: '10.17.0.9' });
    await project();
    expect(await names()).toEqual(['theirs']);
    const holder = 'pod/default/a' as never;
    expect(reconciler.projectionOfPort('blue', holder)?.reason).toBe('VirtualIpTaken');
  });

  it('a parent that is on another switch, and nothing of it there', async () => {
    await port('far', 'elsewhere', '00:00:00:00:00:09 10.17.0.9');
    await lab.nbctl('lsp-set-port-security', 'far', '00:00:00:00:00:09 10.17.0.9');
    ledger.reserve('blue', 'vip', { v4: '10.17.0.100' });
    ledger.grant('vip', 'far');
    await project();
    expect(await lab.ports()).toEqual({ vip: 'blue 10.17.0.100' });
    const row = (await lab.rowsOf('Logical_Switch_Port')).find(({ name }) => name === 'far');
    expect(row).toMatchObject({ port_security: ['00:00:00:00:00:09 10.17.0.9'], external_ids: {} });
  });
});

describe('what comes to be wrong later', () => {
  it('is reported, and nothing of ours is taken away for it', async () => {
    ledger.reserve('blue', 'vip', { v4: '10.17.0.100' });
    ledger.reservePort('blue', 'pod/default/a', { port: 'a', mac: 0x0a0000000001 });
    await project();
    await port('theirs', 'blue', `${MAC} 10.17.0.100`);
    await eventually(() => expect(reconciler.projectionOf('vip')?.reason).toBe('AddressAnswered'));
    await eventually(() =>
      expect(reconciler.projectionOfPort('blue', 'pod/default/a' as never)?.reason).toBe('MacTaken'),
    );
    expect(await names()).toEqual(['a', 'theirs', 'vip']);
    expect(reconciler.status().conflicts).toMatchObject([
      { reason: 'VipAnswered', subnet: 'blue', value: '10.17.0.100', ports: ['theirs'] },
      { reason: 'MacShared', subnet: 'blue', value: MAC, ports: ['a', 'theirs'] },
    ]);
    expect(drifts).toMatchObject([
      { key: 'subnet/blue', kind: 'conflict', columns: ['VipAnswered'] },
      { key: 'subnet/blue', kind: 'conflict', columns: ['MacShared'] },
    ]);
    await lab.nbctl('lsp-del', 'theirs');
    await eventually(() => expect(reconciler.projectionOf('vip')?.reason).toBe('Projected'));
    expect(reconciler.status()).toMatchObject({ obstacles: [], conflicts: [] });
  });

  it("is reported among rows of others: a load balancer's port with the gateway's MAC (D31, #5377)", async () => {
    await project();
    await router('00:00:00:7a:e1:01');
    await port('slr-01.', 'blue', '00:00:00:7a:e1:01 10.17.0.200');
    await eventually(() =>
      expect(drifts).toMatchObject([
        {
          key: 'subnet/blue',
          kind: 'conflict',
          actual: { '00:00:00:7a:e1:01': ['blue-up', 'slr-01.'] },
          message: expect.stringContaining('blue-up and slr-01.'),
        },
      ]),
    );
    // A router port that changes its MAC changes it on the switch too.
    await lab.nbctl('set', 'logical_router_port', 'up', 'mac="00:00:00:7a:e1:02"');
    await eventually(() => expect(reconciler.status().conflicts).toEqual([]));
  });

  it('is reported among virtual ports of others', async () => {
    for (const name of ['one', 'two']) {
      await lab.nbctl('lsp-add', 'blue', name, '--', 'lsp-set-type', name, 'virtual');
      await lab.nbctl('set', 'logical_switch_port', name, 'options:virtual-ip=10.17.0.50');
    }
    await project();
    expect(reconciler.status().conflicts).toMatchObject([
      { reason: 'VirtualIpShared', value: '10.17.0.50', ports: ['one', 'two'] },
    ]);
  });

  it("on a switch that is no Subnet's is no affair of ours", async () => {
    await port('one', 'elsewhere', `${MAC} 10.1.0.1`);
    await port('two', 'elsewhere', `${MAC} 10.1.0.2`);
    await project();
    expect(reconciler.status().conflicts).toEqual([]);
    // Until it is.
    ledger.define('elsewhere', '10.1.0.0/16');
    await reconciler.whenSettled();
    expect(reconciler.status().conflicts).toMatchObject([{ reason: 'MacShared', ports: ['one', 'two'] }]);
  });
});
