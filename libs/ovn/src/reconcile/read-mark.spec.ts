// The mark that is read before there is a ledger: what the last projector left, nothing, or no answer in time.
import { systemChance, systemClock } from '@holdfast/clock';
import { NorthboundLab } from '../testing/northbound-lab';
import { TestLedger } from '../testing/test-ledger';
import { readNorthboundMark } from './read-mark';

let lab: NorthboundLab;

beforeEach(async () => {
  lab = await NorthboundLab.start();
});
afterEach(() => lab.stop());

const read = (remotes: string, timeoutMs = 10_000) =>
  readNorthboundMark({ remotes, clock: systemClock, chance: systemChance }, timeoutMs);

it('is the one that the last transaction wrote, and is read without a lock', async () => {
  const ledger = new TestLedger();
  ledger.define('blue', '10.17.0.0/16');
  ledger.reserve('blue', 'web', { v4: '10.17.0.5' });
  const reconciler = lab.reconciler(ledger);
  await reconciler.whenSettled();
  const mark = await read(lab.server.unix);
  expect(mark).toMatchObject({ ledger: expect.any(String), position: '2', incarnation: expect.any(String) });
  expect(mark?.event).toMatch(/^.+@\d+/);
  expect(reconciler.status().isActive).toBe(true);
});

it('has no field where nobody projected yet, with or without the global row', async () => {
  expect(await read(lab.server.unix)).toEqual({});
  await lab.nbctl('init');
  expect(await read(lab.server.unix)).toEqual({});
});

it('is undefined where no server answers in time', async () => {
  expect(await read(`${lab.server.unix}-nobody`, 100)).toBeUndefined();
});

it('is refused where the remote cannot be one', async () => {
  await expect(read('nonsense')).rejects.toMatchObject({ code: 'invalid-remote' });
});
