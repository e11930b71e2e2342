// Over a real Northbound: what a projector that starts says of what happened while none was there.
import { compareNumbers, NorthboundLab, type RunningReconciler, TestLedger } from '@holdfast/ovn/testing';
import type { Difference } from '../../health/differences';
import { StartDifferences } from './start-differences';

let lab: NorthboundLab;
let ledger: TestLedger;

beforeEach(async () => {
  lab = await NorthboundLab.start();
  ledger = new TestLedger();
  ledger.define('blue', '10.17.0.0/16');
  for (const [at, name] of ['web', 'db', 'mail'].entries())
    ledger.reserve('blue', name, { v4: `10.17.0.10${at}`, namespace: 'default' });
});
afterEach(() => lab.stop());

async function started(): Promise<{
  readonly found: readonly Difference[];
  readonly reconciler: RunningReconciler;
}> {
  const found: Difference[] = [];
  const reconciler = lab.reconciler(ledger);
  const { position } = ledger.view;
  const report = (difference: Difference): void => void found.push(difference);
  new StartDifferences({ reconciler, comparePositions: compareNumbers, position, found: report });
  await reconciler.whenSettled();
  return { found, reconciler };
}

/** The Northbound is as the ledger says, and nobody watches it. */
async function left(): Promise<string | undefined> {
  const { reconciler } = await started();
  await reconciler.shutDown();
  return ledger.view.position;
}

const difference = (about: string, why: RegExp): object => ({
  ...{ about, what: expect.any(String) as string },
  why: expect.stringMatching(why) as string,
});

it('says of a Northbound that has nothing of a ledger so once, and nothing of each row', async () => {
  const { found } = await started();
  expect(found).toEqual([difference('the Northbound', /^it is a new one, or somebody wiped it/)]);
});

it('finds nothing when nothing happened, and nothing that happens afterwards', async () => {
  await left();
  const { found, reconciler } = await started();
  ledger.reserve('blue', 'later', { v4: '10.17.0.200', namespace: 'default' });
  await lab.nbctl('lsp-set-type', 'web', 'localport');
  await reconciler.whenSettled();
  expect(found).toEqual([]);
});

it('says what the ledger changed, what it let go of, and what somebody else did', async () => {
  const reached = await left();
  ledger.reserve('blue', 'new', { v4: '10.17.0.200', namespace: 'default' });
  ledger.release('db');
  await lab.nbctl('lsp-set-options', 'web', 'virtual-ip=10.17.0.66');
  const { found } = await started();
  expect(found).toHaveLength(3);
  expect(found).toEqual(
    expect.arrayContaining([
      difference(
        'vip/new',
        new RegExp(`^the ledger changed it at \\d+, after .* last written, at ${reached};`),
      ),
      difference('vip/db', /^the ledger let go of it after the Northbound was last written/),
      difference(
        'vip/web',
        new RegExp(`^somebody changed them while nobody looked: .* had reached ${reached},`),
      ),
    ]),
  );
});

it('takes what the ledger is told in time for no difference, also before all was compared', async () => {
  await left();
  const found: Difference[] = [];
  const reconciler = lab.reconciler(ledger);
  const { position } = ledger.view;
  const report = (one: Difference): void => void found.push(one);
  new StartDifferences({ reconciler, comparePositions: compareNumbers, position, found: report });
  ledger.reserve('blue', 'new', { v4: '10.17.0.200', namespace: 'default' });
  await reconciler.whenSettled();
  expect(found).toEqual([]);
});
