import { NorthboundLab, type RunningReconciler } from './testing/northbound-lab';
import { TestLedger } from './testing/test-ledger';

let lab: NorthboundLab;
beforeEach(async () => {
  lab = await NorthboundLab.start();
});
afterEach(() => lab.stop());

describe('a ledger projected into an empty Northbound', () => {
  it('makes the switch and the virtual ports of the seed', async () => {
    const ledger = new TestLedger();
    ledger.define('ovn-default', '10.16.0.0/16');
    ledger.reserve('ovn-default', 'aap-vip', { v4: '10.16.0.100' });
    const reconciler: RunningReconciler = lab.reconciler(ledger, {
      parentsOf: () => ['busybox01.default', 'busybox.default'],
    });
    await reconciler.whenSettled();
  });
});
