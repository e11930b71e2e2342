// Who may write: one projector at a time, and none whose ledger is behind the rows.
import { VirtualClock } from '@holdfast/clock/testing';
import { PROJECTOR_LOCK } from '../actual/ovsdb-northbound';
import { NorthboundLab } from '../testing/northbound-lab';
import { eventually } from '../testing/eventually';
import { TestLedger } from '../testing/test-ledger';

let lab: NorthboundLab;
let ledger: TestLedger;

beforeEach(async () => {
  lab = await NorthboundLab.start();
  ledger = new TestLedger();
  ledger.define('blue', '10.17.0.0/16');
  ledger.reserve('blue', 'web', { v4: '10.17.0.5' });
});
afterEach(() => lab.stop());

const setPosition = (position: string): Promise<string> =>
  lab.nbctl('set', 'nb_global', '.', `external_ids:"holdfast:position"="${position}"`);

describe('two projectors', () => {
  it('relieve each other: one writes, the other sees what it writes, and takes over when it is gone', async () => {
    const first = lab.reconciler(ledger);
    await first.whenSettled();
    const second = lab.reconciler(ledger);
    await second.whenSettled();
    ledger.reserve('blue', 'more', { v4: '10.17.0.6' });
    await Promise.all([first.whenSettled(), second.whenSettled()]);
    expect([first, second].map((each) => each.status())).toMatchObject([
      { isActive: true, position: '3', counts: { transactions: 3 } },
      { isActive: false, position: '3', trouble: undefined, counts: { transactions: 0 } },
    ]);
    expect(second.projectionOf('more')).toMatchObject({ projected: true, position: '3' });

    await first.cutOff();
    ledger.release('web');
    ledger.reserve('blue', 'late', { v4: '10.17.0.7' });
    await second.whenSettled();
    expect(await lab.ports()).toEqual({ more: 'blue 10.17.0.6', late: 'blue 10.17.0.7' });
    expect(second.status()).toMatchObject({ isActive: true, recordedPosition: '5', counts: { drifts: 0 } });
    expect(first.status()).toMatchObject({ connected: false, isActive: false, trouble: expect.any(String) });
  });

  it('hand over when one is stopped', async () => {
    const first = lab.reconciler(ledger);
    await first.whenSettled();
    const second = lab.reconciler(ledger);
    await second.whenSettled();
    await first.shutDown();
    await eventually(() => expect(second.status().isActive).toBe(true));
  });

  it('never write without the lock, and go on as soon as they have it again', async () => {
    const reconciler = lab.reconciler(ledger);
    await reconciler.whenSettled();
    const thief = lab.client.lock(PROJECTOR_LOCK, { steal: true });
    await thief.whenHeld();
    await eventually(() => expect(reconciler.status().isActive).toBe(false));
    ledger.release('web');
    await eventually(() => expect(reconciler.projectionOf('web')?.reason).toBe('Pending'));
    expect(Object.keys(await lab.ports())).toEqual(['web']);
    await thief.release();
    await eventually(async () => expect(await lab.ports()).toEqual({}));
  });
});

describe('a ledger that is behind the rows', () => {
  it('writes nothing, says so, and goes on when it has caught up', async () => {
    await lab.reconciler(ledger).shutDown();
    const clock = new VirtualClock();
    await lab.nbctl('init', '--', 'ls-add', 'blue');
    await setPosition('4');
    const before = await lab.dump();
    const reconciler = lab.reconciler(ledger, { clock });
    await eventually(() => expect(reconciler.status()).toMatchObject({ isActive: true, due: 1 }));
    expect(reconciler.status().trouble).toBeUndefined();
    await clock.advance(5_000);
    expect(reconciler.status()).toMatchObject({
      position: undefined,
      recordedPosition: '4',
      trouble: expect.stringMatching(/^LedgerBehind: .*position 4, this ledger only to 2/),
      counts: { transactions: 0 },
    });
    expect(await lab.dump()).toEqual(before);
    ledger.reserve('blue', 'more', { v4: '10.17.0.6' });
    ledger.reserve('blue', 'most', { v4: '10.17.0.7' });
    await reconciler.whenSettled();
    expect(Object.keys(await lab.ports()).sort()).toEqual(['more', 'most', 'web']);
    expect(reconciler.status()).toMatchObject({ trouble: undefined, position: '4' });
  });

  it('rules once the operator says so, by the command that it names', async () => {
    const former = new TestLedger();
    former.define('old', '10.99.0.0/16');
    former.reserveAll('old', ['a', 'b', 'c', 'd']);
    const predecessor = lab.reconciler(former);
    await predecessor.whenSettled();
    await predecessor.shutDown();
    const clock = new VirtualClock();
    const reconciler = lab.reconciler(ledger, { clock });
    await eventually(() => expect(reconciler.status()).toMatchObject({ isActive: true, due: 7 }));
    await clock.advance(5_000);
    const { trouble } = reconciler.status();
    const remedy = /ovn-nbctl (.*);/.exec(trouble!)![1]!.replaceAll("'", '').split(' ');
    await lab.nbctl(...remedy);
    await eventually(async () => expect(await lab.ports()).toEqual({ web: 'blue 10.17.0.5' }));
    expect(await lab.nbctl('--bare', '--columns=name', 'list', 'logical_switch')).toBe('blue\n');
  });

  it('writes nothing while it is empty', async () => {
    const reconciler = lab.reconciler(ledger);
    await reconciler.whenSettled();
    await reconciler.shutDown();
    await lab.nbctl('clear', 'nb_global', '.', 'external_ids');
    const before = await lab.dump();
    const empty = lab.reconciler(new TestLedger());
    await eventually(() => expect(empty.status()).toMatchObject({ isActive: true, due: 2 }));
    expect([await lab.dump(), empty.status().counts.transactions]).toEqual([before, 0]);
  });
});

describe('another ledger', () => {
  it('is known by its id, however far it is', async () => {
    const former = lab.reconciler(ledger, { ledgerId: () => 'ledger-1' });
    await former.whenSettled();
    await former.shutDown();
    const before = await lab.dump();
    const other = new TestLedger();
    other.define('red', '10.18.0.0/16');
    other.reserveAll('red', ['a', 'b', 'c']);
    const reconciler = lab.reconciler(other, { ledgerId: () => 'ledger-2' });
    await eventually(() => expect(reconciler.status().trouble).toMatch(/^OtherLedger: .*ledger-1.*ledger-2/));
    expect(await lab.dump()).toEqual(before);
  });
});

describe('the fence', () => {
  it('keeps a transaction from happening when the mark was moved after it was planned', async () => {
    const first = lab.reconciler(ledger);
    await first.whenSettled();
    await first.shutDown();
    const before = await lab.dump();
    let moves = 0;
    const stale = lab.reconciler(ledger, {
      beforeTransaction: async () => {
        moves += 1;
        await setPosition('99');
      },
    });
    await stale.whenSettled();
    expect(moves).toBe(0);
    ledger.reserve('blue', 'more');
    await eventually(() => expect(stale.status().recordedPosition).toBe('99'));
    await eventually(() => expect(stale.status().counts).toMatchObject({ transactionsRefused: moves }));
    expect(moves).toBeGreaterThan(0);
    expect(await lab.dump()).toEqual(before);
  });

  it('holds also before there is a mark', async () => {
    await lab.nbctl('init');
    let moves = 0;
    const stale = lab.reconciler(ledger, {
      beforeTransaction: async () => {
        moves += 1;
        await setPosition('99');
      },
    });
    await eventually(() => expect(stale.status().counts.transactionsRefused).toBeGreaterThan(0));
    expect(moves).toBeGreaterThan(0);
    expect(await lab.dump()).toEqual({ own: [], foreign: [] });
  });
});
