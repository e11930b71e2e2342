import type { LockState, OvsdbLock } from './lock';
import { operationsOf } from './operations';
import { OVN_Northbound } from '../testing/generated/northbound';
import { OvsdbLab } from '../testing/lab';

const { insert } = operationsOf(OVN_Northbound);

let lab: OvsdbLab;

beforeAll(async () => {
  lab = await OvsdbLab.start();
});
afterAll(() => lab.stop());

function becomes(lock: OvsdbLock, state: LockState): Promise<void> {
  return new Promise((resolve) => {
    if (lock.state === state) return resolve();
    lock.onState((entered) => entered === state && resolve());
  });
}

describe('a lock', () => {
  it('is held by one client at a time, and goes to the next when released', async () => {
    const [first, second] = await Promise.all([lab.connect(), lab.connect()]);
    const held = first.lock('shared');
    await held.whenHeld();
    const waiting = second.lock('shared');
    const mine = [waiting.assertion(), insert('Address_Set', { name: 'mine' })] as const;
    expect(await second.transact(mine)).toMatchObject({
      outcome: 'aborted',
      error: 'not owner',
      operation: 0,
    });
    expect([held.state, waiting.state]).toEqual(['held', 'waiting']);
    await held.release();
    await waiting.whenHeld();
    expect(await second.transact(mine)).toMatchObject({ outcome: 'committed' });
    expect(await first.transact([held.assertion()])).toMatchObject({
      outcome: 'aborted',
      error: 'not owner',
    });
    await expect(held.whenHeld()).rejects.toMatchObject({ code: 'closed' });
    const again = first.lock('shared');
    await waiting.release();
    await again.whenHeld();
  });

  it('goes to the next when its holder dies', async () => {
    const proxy = await lab.proxy();
    const [first, second] = await Promise.all([lab.connect({ remotes: proxy.remote }), lab.connect()]);
    const held = first.lock('heir');
    await held.whenHeld();
    const heir = second.lock('heir');
    await second.transact([]);
    proxy.cut();
    await heir.whenHeld();
    await becomes(held, 'waiting');
    await first.whenConnected();
    await heir.release();
    await becomes(held, 'held');
  });

  it('can be stolen, and comes back when the thief is done', async () => {
    const [first, second] = await Promise.all([lab.connect(), lab.connect()]);
    const held = first.lock('purse');
    await held.whenHeld();
    const thief = second.lock('purse', { steal: true });
    await thief.whenHeld();
    await becomes(held, 'waiting');
    expect(await first.transact([held.assertion()])).toMatchObject({ outcome: 'aborted' });
    await thief.release();
    await becomes(held, 'held');
  });

  it('stolen from a thief comes back too', async () => {
    const [first, second] = await Promise.all([lab.connect(), lab.connect()]);
    const thief = first.lock('loot', { steal: true });
    await thief.whenHeld();
    const other = second.lock('loot', { steal: true });
    await becomes(thief, 'waiting');
    await becomes(other, 'held');
    await first.transact([]); // The thief is in the queue again.
    await other.release();
    await becomes(thief, 'held');
  });

  it('is asked for again after the server was restarted', async () => {
    const client = await lab.connect();
    const lock = client.lock('restart');
    await lock.whenHeld();
    const states: LockState[] = [];
    lock.onState((state) => states.push(state));
    const waiting = becomes(lock, 'waiting');
    await lab.server.kill();
    await waiting;
    await lab.server.restart();
    await lock.whenHeld();
    expect(states).toEqual(['waiting', 'held']);
  });

  it('is not asked for twice by one client, nor by a name the server does not take', async () => {
    const client = await lab.connect();
    client.lock('once');
    expect(() => client.lock('once')).toThrow(expect.objectContaining({ code: 'invalid-value' }));
    expect(() => client.lock('not-an-id')).toThrow(expect.objectContaining({ code: 'invalid-value' }));
  });

  it('that the server does not give is refused with its words', async () => {
    const error = { error: 'not allowed', details: 'read only' };
    const proxy = await lab.proxy(({ method }) => (method === 'lock' ? { error } : 'pass'));
    const client = await lab.connect({ remotes: proxy.remote });
    const lock = client.lock('refused');
    await expect(lock.whenHeld()).rejects.toMatchObject({ code: 'request-refused' });
    expect(lock.state).toBe('waiting');
  });

  it('released while it is asked for is not kept', async () => {
    const [first, second] = await Promise.all([lab.connect(), lab.connect()]);
    await first.lock('hasty').release();
    await second.lock('hasty').whenHeld();
  });
});
