// A Vip's rows are shown as they are, not as they should be.
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

it('shows no rows where there are none', async () => {
  expect(reconciler.rowsOf('nothing')).toEqual([]);
  await settled(() => ledger.reserve('blue', 'web', { vipType: 'kube_host_vm_vip' }));
  expect(reconciler.rowsOf('web')).toEqual([]);
});

it('shows a virtual port as ovn-nbctl does, until it is gone', async () => {
  await settled(() => {
    ledger.reserve('blue', 'web', { v4: '10.17.0.9', namespace: 'default' });
    ledger.grant('web', 'amphora-1');
  });
  await lab.nbctl('lsp-add', 'blue', 'amphora-1');
  await reconciler.whenSettled();
  const [shown, ...more] = reconciler.rowsOf('web');
  expect(more).toEqual([]);
  expect(shown).toMatchObject({
    table: 'Logical_Switch_Port',
    name: 'web',
    columns: { type: 'virtual' },
  });
  expect(shown?.columns['options']).toBe('{virtual-ip="10.17.0.9", virtual-parents=amphora-1}');
  expect(shown?.columns).not.toHaveProperty('external_ids');
  await settled(() => ledger.release('web'));
  expect(reconciler.rowsOf('web')).toEqual([]);
});

it('shows its rules’ load balancers beside its own rows', async () => {
  await settled(() => {
    ledger.reserve('blue', 'lb', { v4: '10.17.0.9', vipType: 'switch_lb_vip' });
    const ports = [{ port: 80, targetPort: 8080, protocol: 'tcp' }] as const;
    ledger.rule('shop', 'lb', { ports, backends: ['10.17.0.20'] });
  });
  const balancers = reconciler.rowsOf('lb').filter(({ table }) => table === 'Load_Balancer');
  expect(balancers).toMatchObject([{ columns: { protocol: 'tcp' } }]);
  expect(balancers[0]?.columns['vips']).toBe('{"10.17.0.9:80"="10.17.0.20:8080"}');
});
