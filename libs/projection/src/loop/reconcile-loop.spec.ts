import { SeededChance, VirtualClock } from '@holdfast/clock/testing';
import type { DueKey, Due } from '../due/due-keys';
import type { ReconcileFault } from './fault';
import { oneByOne, ReconcileLoop, type ReconcileLoopOptions } from './reconcile-loop';

function world() {
  const clock = new VirtualClock();
  const begun: string[] = [];
  const faults: number[] = [];
  const open = new Map<string, { done(againInMs?: number): void; fail(fault: Error): void }>();
  const loop = new ReconcileLoop({
    clock,
    chance: new SeededChance(1),
    onFault: (_fault, _keys, retryInMs) => void faults.push(retryInMs),
    rankOf: (key) => (key === 'urgent' ? 0 : 1),
    plan: oneByOne((key) => {
      begun.push(key);
      return new Promise((resolve, reject) => open.set(key, { done: resolve, fail: reject }));
    }),
  });
  const end = async (key: string, againInMs?: number): Promise<void> => {
    open.get(key)?.done(againInMs);
    await clock.advance(0);
  };
  const fail = async (key: string, retryable = true): Promise<void> => {
    open.get(key)?.fail(Object.assign(new Error('away'), { code: 'away', retryable }));
    await clock.advance(0);
  };
  return { clock, loop, begun, faults, end, fail };
}

describe('ReconcileLoop, one key after the other,', () => {
  it('coalesces marks, and reconciles a key that is marked in flight once more', async () => {
    const { clock, loop, begun, end } = world();
    for (const key of ['a', 'a', 'b', 'a']) loop.mark(key);
    await clock.advance(0);
    expect(begun).toEqual([]);
    loop.start();
    await clock.advance(0);
    expect(begun).toEqual(['a', 'b']);
    loop.mark('a');
    loop.mark('a');
    await clock.advance(1_000);
    expect(begun).toEqual(['a', 'b']);
    await end('a');
    expect(begun).toEqual(['a', 'b', 'a']);
    await end('a');
    await end('b');
    await clock.advance(1_000_000);
    expect(begun).toHaveLength(3);
    expect(loop.due).toBe(0);
  });

  it('keeps the earliest of several times, be it a mark or the reconcile that asks for it', async () => {
    const { clock, loop, begun, end } = world();
    loop.start();
    loop.mark('a', { delayMs: 5_000 });
    loop.mark('a', { delayMs: 1_000 });
    loop.mark('a', { delayMs: 3_000 });
    await clock.advance(999);
    expect(begun).toEqual([]);
    await clock.advance(1);
    expect(begun).toEqual(['a']);
    loop.mark('a', { delayMs: 2_000 });
    await end('a', 10_000);
    await clock.advance(1_999);
    expect(begun).toHaveLength(1);
    await clock.advance(1);
    expect(begun).toHaveLength(2);
    await end('a', 10_000);
    await clock.advance(10_000);
    expect(begun).toHaveLength(3);
  });

  it('has sixteen in flight at most, in the order in which keys became due', async () => {
    const { clock, loop, begun, end } = world();
    const keys = Array.from({ length: 20 }, (_, index) => `k${index}`);
    for (const key of keys) loop.mark(key);
    loop.start();
    await clock.advance(0);
    expect(begun).toEqual(keys.slice(0, 16));
    expect(loop.due).toBe(20);
    await end('k3');
    expect(begun).toEqual(keys.slice(0, 17));
  });

  it('lets urgent keys go first', async () => {
    const { clock, loop, begun, end } = world();
    for (let index = 0; index < 20; index += 1) loop.mark(`k${index}`);
    loop.mark('urgent');
    loop.start();
    await clock.advance(0);
    expect(begun[0]).toBe('urgent');
    loop.mark('urgent');
    await end('urgent');
    expect(begun.slice(16)).toEqual(['urgent']);
  });

  it('lets everything else go on between many that wait for nothing', async () => {
    const clock = new VirtualClock();
    const done: string[] = [];
    const plan = oneByOne((key) => Promise.resolve(void done.push(key)));
    const loop = new ReconcileLoop({ clock, chance: new SeededChance(1), onFault: () => undefined, plan });
    for (let index = 0; index < 1_000; index += 1) loop.mark(`k${index}`);
    loop.start();
    await new Promise((resolve) => setImmediate(resolve));
    expect(done.length).toBeLessThanOrEqual(100);
    await clock.advance(0);
    expect(done).toHaveLength(1_000);
  });

  it('waits longer and longer with a key that fails, and pauses all when a server is away', async () => {
    const { clock, loop, begun, faults, fail, end } = world();
    loop.start();
    loop.mark('a');
    await clock.advance(0);
    for (let failure = 0; failure < 12; failure += 1) {
      await fail('a');
      const ceilingMs = Math.min(60_000, 500 * 2 ** failure);
      expect(faults.at(-1)).toBeLessThan(ceilingMs);
      await clock.advance(65_000);
      expect(begun).toHaveLength(failure + 2);
    }
    for (const key of ['b', 'c']) loop.mark(key);
    await fail('a');
    await clock.advance(5_000);
    // One tries for all.
    const others = (): string[] => begun.slice(13).filter((key) => key !== 'a');
    expect(others()).toEqual(['b']);
    await end('b');
    expect(others()).toEqual(['b', 'c']);
    await end('c');
  });

  it('tries again only after minutes what is forbidden, and holds nobody else up', async () => {
    const { clock, loop, begun, faults, fail } = world();
    loop.start();
    loop.mark('a');
    await clock.advance(0);
    await fail('a', false);
    expect(faults[0]).toBeGreaterThanOrEqual(150_000);
    loop.mark('b');
    await clock.advance(0);
    expect(begun).toEqual(['a', 'b']);
    loop.mark('a');
    loop.mark('a', { delayMs: 1_000 });
    await clock.advance(149_000);
    expect(begun).toEqual(['a', 'b']);
    await clock.advance(151_000);
    expect(begun).toEqual(['a', 'b', 'a']);
  });

  it('tries at once what may have been mended, also when that was heard while it failed', async () => {
    const { clock, loop, begun, fail, end } = world();
    loop.start();
    loop.mark('a');
    await clock.advance(0);
    await fail('a', false);
    loop.mark('a', { isNews: true });
    await clock.advance(0);
    expect(begun).toEqual(['a', 'a']);
    loop.mark('a', { isNews: true });
    await fail('a', false);
    expect(begun).toEqual(['a', 'a', 'a']);
    await fail('a', false);
    expect(begun).toHaveLength(3);
    await clock.advance(300_000);
    await end('a');
    loop.mark('a');
    await clock.advance(0);
    expect(begun).toHaveLength(5);
  });

  it('stops when what is in flight is over, and begins no other', async () => {
    const { clock, loop, begun, end } = world();
    loop.start();
    loop.mark('a');
    loop.mark('later', { delayMs: 1_000 });
    await clock.advance(0);
    loop.mark('a');
    let stopped = false;
    void loop.stop().then(() => (stopped = true));
    await clock.advance(0);
    expect(stopped).toBe(false);
    await end('a', 0);
    expect(stopped).toBe(true);
    loop.mark('b');
    await clock.advance(10_000);
    expect(begun).toEqual(['a']);
  });
});

/** Comparing takes `perBatch` keys; those of `settled` need nothing, and each batch ends as the test says. */
function batches(options: Partial<ReconcileLoopOptions> = {}, perBatch = 4, settled: readonly DueKey[] = []) {
  const clock = new VirtualClock();
  const sent: DueKey[][] = [];
  const open: { done(again: readonly Due[]): void; fail(fault: Error): void }[] = [];
  const faults: (readonly [string, readonly DueKey[]])[] = [];
  const loop = new ReconcileLoop({
    ...{ clock, chance: new SeededChance(1), timing: { inFlightMax: 2 } },
    onFault: ({ code }, keys) => void faults.push([code, keys]),
    plan: (due) => {
      const keys: DueKey[] = [];
      for (const key of due) {
        if (!settled.includes(key)) keys.push(key);
        if (keys.length === perBatch) break;
      }
      if (keys.length === 0) return undefined;
      sent.push(keys);
      return { keys, done: new Promise((resolve, reject) => open.push({ done: resolve, fail: reject })) };
    },
    ...options,
  });
  const end = async (index: number, again: readonly Due[] = []): Promise<void> => {
    open[index]?.done(again);
    await clock.advance(0);
  };
  const fail = async (index: number, fault: Partial<ReconcileFault>): Promise<void> => {
    open[index]?.fail(Object.assign(new Error('no'), { code: 'no', retryable: true, ...fault }));
    await clock.advance(0);
  };
  const start = async (...keys: readonly DueKey[]): Promise<void> => {
    for (const key of keys) loop.mark(key);
    loop.start();
    await clock.advance(0);
  };
  return { clock, loop, sent, faults, start, end, fail };
}

describe('ReconcileLoop, in batches,', () => {
  it('leaves due what was not taken, and forgets what was found settled', async () => {
    const { loop, sent, start, end } = batches({}, 2, ['b']);
    await start('a', 'b', 'c', 'd', 'e', 'f', 'g');
    expect(sent).toEqual([
      ['a', 'c'],
      ['d', 'e'],
    ]);
    expect([loop.due, loop.isInFlight('a'), loop.isInFlight('f')]).toEqual([6, true, false]);
    await end(0);
    expect(sent[2]).toEqual(['f', 'g']);
    await end(1);
    await end(2);
    expect(loop.due).toBe(0);
  });

  it('looks again at what a batch could not settle, and at what was marked meanwhile', async () => {
    const { loop, clock, sent, start, end } = batches();
    await start('a', 'b', 'c');
    loop.mark('b');
    await end(0, [{ key: 'a' }, { key: 'c', delayMs: 1_000 }]);
    expect(sent).toEqual([
      ['a', 'b', 'c'],
      ['a', 'b'],
    ]);
    await end(1);
    await clock.advance(1_000);
    expect(sent[2]).toEqual(['c']);
  });

  it('finds the one that is to blame by halves, and holds nobody else up', async () => {
    const { loop, clock, sent, faults, start, end, fail } = batches({
      timing: { inFlightMax: 1, retry: { firstMs: 50, maxMs: 60_000 } },
    });
    await start('a', 'b', 'c', 'd');
    await fail(0, { concerns: 'key' });
    loop.mark('e');
    expect(sent[1]).toEqual(['a', 'b']);
    await end(1);
    await fail(2, { concerns: 'key' });
    expect(sent.slice(2)).toEqual([['c', 'd'], ['c']]);
    await fail(3, { concerns: 'key' });
    expect(faults).toEqual([['no', ['c']]]);
    expect([sent[4], loop.failed]).toEqual([['d'], 1]);
    await end(4);
    await end(5);
    await clock.advance(50);
    expect(sent.slice(5)).toEqual([['e'], ['c']]);
  });

  it('lets everything wait for what is no fault of any key, and all of it come again', async () => {
    const { loop, clock, sent, faults, start, fail } = batches();
    await start('a', 'b');
    await fail(0, { concerns: 'all' });
    expect([faults, loop.failed]).toEqual([[['no', ['a', 'b']]], 0]);
    await clock.advance(5_000);
    expect(sent[1]).toEqual(['a', 'b']);
    await fail(1, { concerns: 'all' });
    loop.endPause();
    await clock.advance(0);
    expect(sent[2]).toEqual(['a', 'b']);
  });

  it('tries nothing again before time passes, also where chance says to wait for none', async () => {
    const clock = new VirtualClock();
    let attempts = 0;
    const loop = new ReconcileLoop({
      clock,
      chance: { random: () => 0, uuid: () => '' },
      onFault: () => undefined,
      plan: (due) => {
        attempts += 1;
        const fault = Object.assign(new Error('away'), { code: 'away', retryable: true, concerns: 'all' });
        return { keys: [...due], done: Promise.reject(fault) };
      },
    });
    loop.mark('a');
    loop.start();
    await new Promise((resolve) => setImmediate(resolve));
    expect(attempts).toBe(1);
    await loop.stop();
  });

  it('forgets the failures of what is to become something else', async () => {
    const { loop, clock, sent, start, fail } = batches();
    await start('a');
    await fail(0, { retryable: false });
    loop.mark('a');
    await clock.advance(100_000);
    expect(sent).toHaveLength(1);
    loop.clearFailure('a');
    loop.mark('a');
    await clock.advance(0);
    expect([sent.length, loop.failed]).toEqual([2, 0]);
  });

  it('begins nothing while it may not, and says when there is nothing left', async () => {
    let may = false;
    let idle = 0;
    const { loop, clock, sent, start, end } = batches({ mayBegin: () => may, onIdle: () => (idle += 1) });
    await start('a');
    expect([sent.length, loop.due, idle]).toEqual([0, 1, 0]);
    may = true;
    loop.wake();
    await clock.advance(0);
    expect([sent.length, idle]).toEqual([1, 0]);
    await end(0);
    expect(idle).toBe(1);
  });
});
