// Who may write: one projector at a time, and none whose ledger is behind the rows.
import { VirtualClock } from '@holdfast/clock/testing';
import { PROJECTOR_LOCK } from '../actual/ovsdb-northbound';
import { NorthboundLab, type RunningReconciler } from '../testing/northbound-lab';
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

/** The ledger as it was after some of its facts: a backup, or a copy. */
function copyOf(original: TestLedger, facts = original.facts.length): TestLedger {
  const copy = new TestLedger({ id: original.id });
  copy.adopt(original, facts);
  return copy;
}

/** Fenced, with nothing written, no lock held, and a reason that says what is there and what is here. */
async function expectFenced(reconciler: RunningReconciler, trouble: RegExp): Promise<void> {
  await eventually(() => expect(reconciler.status().trouble).toMatch(trouble));
  expect(reconciler.fence.state).toBe('fenced');
  expect(reconciler.status()).toMatchObject({ isActive: false, counts: { transactions: 0 } });
}

describe('a ledger that is behind the rows', () => {
  it('writes nothing, says so, and goes on when it has caught up', async () => {
    const backup = copyOf(ledger);
    ledger.reserve('blue', 'more', { v4: '10.17.0.6' });
    const former = lab.reconciler(ledger);
    await former.whenSettled();
    await former.shutDown();
    const before = await lab.dump();
    const clock = new VirtualClock();
    const reconciler = lab.reconciler(backup, { clock });
    await expectFenced(reconciler, /^LedgerBehind: .*position 3, this ledger only at 2.*holdfast recover/);
    expect(await lab.dump()).toEqual(before);
    backup.adopt(ledger, 3);
    await clock.advance(5_000);
    await reconciler.whenSettled();
    await eventually(() => expect(reconciler.status()).toMatchObject({ isActive: true, trouble: undefined }));
    expect(reconciler.status().recordedPosition).toBe('3');
  });

  it('stays fenced when it has passed the old position by other events', async () => {
    const backup = copyOf(ledger);
    ledger.reserve('blue', 'lost', { v4: '10.17.0.6' });
    const former = lab.reconciler(ledger);
    await former.whenSettled();
    await former.shutDown();
    const before = await lab.dump();
    for (const name of ['other', 'others']) backup.reserve('blue', name);
    await expectFenced(lab.reconciler(backup), /^Forked: /);
    expect(await lab.dump()).toEqual(before);
  });

  it('rules once the mark of the other one is taken away', async () => {
    const former = new TestLedger();
    former.define('old', '10.99.0.0/16');
    former.reserveAll('old', ['a', 'b', 'c', 'd']);
    const predecessor = lab.reconciler(former);
    await predecessor.whenSettled();
    await predecessor.shutDown();
    const reconciler = lab.reconciler(ledger);
    await expectFenced(reconciler, /^OtherLedger: /);
    await lab.nbctl('clear', 'nb_global', '.', 'external_ids');
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

describe('a copy of the ledger', () => {
  it('is known for one before the two have parted, and keeps off the lock', async () => {
    const first = lab.reconciler(ledger);
    await first.whenSettled();
    await first.shutDown();
    const copy = copyOf(ledger);
    // The original starts once more, and does nothing.
    const again = lab.reconciler(ledger);
    await eventually(() => expect(again.status().isActive).toBe(true));
    await again.whenSettled();
    const clone = lab.reconciler(copy);
    await expectFenced(clone, /^UnknownIncarnation: /);
    await again.shutDown();
    copy.reserve('blue', 'clone', { v4: '10.17.0.6' });
    const third = lab.reconciler(ledger);
    await eventually(() => expect(third.status().isActive).toBe(true));
    expect(clone.status().counts.transactions).toBe(0);
    expect(await lab.ports()).toEqual({ web: 'blue 10.17.0.5' });
  });
});

describe('who waits for the lock', () => {
  it('says so once work waits for longer than a hand-over takes', async () => {
    const thief = lab.client.lock(PROJECTOR_LOCK);
    await thief.whenHeld();
    const clock = new VirtualClock();
    const reconciler = lab.reconciler(ledger, { clock });
    await eventually(() => expect(reconciler.status()).toMatchObject({ connected: true, due: 2 }));
    await clock.advance(3_999);
    expect(reconciler.status().trouble).toBeUndefined();
    await clock.advance(1);
    expect(reconciler.status().trouble).toMatch(/^LockHeld: .* 4 s, and 2 keys wait/);
    await thief.release();
    await eventually(() => expect(reconciler.status()).toMatchObject({ isActive: true, trouble: undefined }));
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
