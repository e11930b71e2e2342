import { SeededChance, VirtualClock } from '@holdfast/clock/testing';
import { DueQueue } from './due-queue';

function world() {
  const clock = new VirtualClock();
  const turns: string[] = [];
  const faults: number[] = [];
  const open = new Map<string, { done(againInMs?: number): void; fail(fault: Error): void }>();
  const queue = new DueQueue({
    clock,
    chance: new SeededChance(1),
    onFault: (_fault, _key, retryInMs) => void faults.push(retryInMs),
    isUrgent: (key) => key === 'urgent',
    turn: (key) => {
      turns.push(key);
      return new Promise((resolve, reject) => open.set(key, { done: resolve, fail: reject }));
    },
  });
  const end = async (key: string, againInMs?: number): Promise<void> => {
    open.get(key)?.done(againInMs);
    await clock.advance(0);
  };
  const fail = async (key: string, retryable = true): Promise<void> => {
    open.get(key)?.fail(Object.assign(new Error('away'), { code: 'away', retryable }));
    await clock.advance(0);
  };
  return { clock, queue, turns, faults, end, fail };
}

describe('DueQueue', () => {
  it('coalesces marks, and gives a key that is marked in its turn one more', async () => {
    const { clock, queue, turns, end } = world();
    for (const key of ['a', 'a', 'b', 'a']) queue.mark(key);
    await clock.advance(0);
    expect(turns).toEqual([]);
    queue.start();
    await clock.advance(0);
    expect(turns).toEqual(['a', 'b']);
    queue.mark('a');
    queue.mark('a');
    await clock.advance(1_000);
    expect(turns).toEqual(['a', 'b']);
    await end('a');
    expect(turns).toEqual(['a', 'b', 'a']);
    await end('a');
    await end('b');
    await clock.advance(1_000_000);
    expect(turns).toHaveLength(3);
    expect(queue.due).toBe(0);
  });

  it('keeps the earliest of several times, be it a mark or the turn that asks for it', async () => {
    const { clock, queue, turns, end } = world();
    queue.start();
    queue.mark('a', 5_000);
    queue.mark('a', 1_000);
    queue.mark('a', 3_000);
    await clock.advance(999);
    expect(turns).toEqual([]);
    await clock.advance(1);
    expect(turns).toEqual(['a']);
    queue.mark('a', 2_000);
    await end('a', 10_000);
    await clock.advance(1_999);
    expect(turns).toHaveLength(1);
    await clock.advance(1);
    expect(turns).toHaveLength(2);
    await end('a', 10_000);
    await clock.advance(10_000);
    expect(turns).toHaveLength(3);
  });

  it('has sixteen turns under way at most, in the order in which keys became due', async () => {
    const { clock, queue, turns, end } = world();
    const keys = Array.from({ length: 20 }, (_, index) => `k${index}`);
    for (const key of keys) queue.mark(key);
    queue.start();
    await clock.advance(0);
    expect(turns).toEqual(keys.slice(0, 16));
    expect(queue.due).toBe(20);
    await end('k3');
    expect(turns).toEqual(keys.slice(0, 17));
  });

  it('lets urgent keys go first', async () => {
    const { clock, queue, turns, end } = world();
    for (let index = 0; index < 20; index += 1) queue.mark(`k${index}`);
    queue.mark('urgent');
    queue.start();
    await clock.advance(0);
    expect(turns[0]).toBe('urgent');
    queue.mark('urgent');
    await end('urgent');
    expect(turns.slice(16)).toEqual(['urgent']);
  });

  it('lets everything else go on between many turns that wait for nothing', async () => {
    const clock = new VirtualClock();
    const done: string[] = [];
    const turn = (key: string): Promise<undefined> => Promise.resolve(void done.push(key));
    const queue = new DueQueue({ clock, chance: new SeededChance(1), onFault: () => undefined, turn });
    for (let index = 0; index < 1_000; index += 1) queue.mark(`k${index}`);
    queue.start();
    await new Promise((resolve) => setImmediate(resolve));
    expect(done.length).toBeLessThanOrEqual(100);
    await clock.advance(0);
    expect(done).toHaveLength(1_000);
  });

  it('waits longer and longer with a key that fails, and pauses all when a server is away', async () => {
    const { clock, queue, turns, faults, fail, end } = world();
    queue.start();
    queue.mark('a');
    await clock.advance(0);
    for (let failure = 0; failure < 12; failure += 1) {
      await fail('a');
      const ceilingMs = Math.min(60_000, 500 * 2 ** failure);
      expect(faults.at(-1)).toBeLessThan(ceilingMs);
      await clock.advance(65_000);
      expect(turns).toHaveLength(failure + 2);
    }
    for (const key of ['b', 'c']) queue.mark(key);
    await fail('a');
    await clock.advance(5_000);
    // One tries for all.
    const others = (): string[] => turns.slice(13).filter((key) => key !== 'a');
    expect(others()).toEqual(['b']);
    await end('b');
    expect(others()).toEqual(['b', 'c']);
    await end('c');
  });

  it('tries again only after minutes what is forbidden, and holds nobody else up', async () => {
    const { clock, queue, turns, faults, fail } = world();
    queue.start();
    queue.mark('a');
    await clock.advance(0);
    await fail('a', false);
    expect(faults[0]).toBeGreaterThanOrEqual(150_000);
    queue.mark('b');
    await clock.advance(0);
    expect(turns).toEqual(['a', 'b']);
    queue.mark('a');
    queue.mark('a', 1_000);
    await clock.advance(149_000);
    expect(turns).toEqual(['a', 'b']);
    await clock.advance(151_000);
    expect(turns).toEqual(['a', 'b', 'a']);
  });

  it('tries at once what may have been mended, also when that was heard in the turn that failed', async () => {
    const { clock, queue, turns, fail, end } = world();
    queue.start();
    queue.mark('a');
    await clock.advance(0);
    await fail('a', false);
    queue.mark('a', 0, true);
    await clock.advance(0);
    expect(turns).toEqual(['a', 'a']);
    queue.mark('a', 0, true);
    await fail('a', false);
    expect(turns).toEqual(['a', 'a', 'a']);
    await fail('a', false);
    expect(turns).toHaveLength(3);
    await clock.advance(300_000);
    await end('a');
    queue.mark('a');
    await clock.advance(0);
    expect(turns).toHaveLength(5);
  });

  it('stops when the turns under way are over, and begins no other', async () => {
    const { clock, queue, turns, end } = world();
    queue.start();
    queue.mark('a');
    queue.mark('later', 1_000);
    await clock.advance(0);
    queue.mark('a');
    let stopped = false;
    void queue.stop().then(() => (stopped = true));
    await clock.advance(0);
    expect(stopped).toBe(false);
    await end('a', 0);
    expect(stopped).toBe(true);
    queue.mark('b');
    await clock.advance(10_000);
    expect(turns).toEqual(['a']);
  });
});
