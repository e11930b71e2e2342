import { SeededChance, VirtualClock } from '@holdfast/clock/testing';
import { oneByOne } from './loop/reconcile-loop';
import { ProjectorLoop } from './projector-loop';

interface Fact {
  readonly about: readonly string[];
  readonly position: string;
  readonly atMs: number;
}

/** Of a world with these keys; what each reconcile was for, and whether it was one of a resync. */
function projector(
  keys: readonly string[],
  reconcile: (key: string) => number | undefined = () => undefined,
  isActive?: () => boolean,
) {
  const clock = new VirtualClock();
  const reconciled: string[] = [];
  const faults: string[] = [];
  const changes: string[][] = [];
  const listeners = new Set<(facts: readonly Fact[]) => void>();
  const loop: ProjectorLoop<Fact> = new ProjectorLoop<Fact>({
    ...{ clock, chance: new SeededChance(1), resyncEveryMs: 300_000 },
    ...(isActive && { isActive }),
    allKeys: () => keys.map((key) => ({ key })),
    keysOf: ({ about }) => about.map((key) => ({ key })),
    onFacts: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    plan: oneByOne(async (key) => {
      await Promise.resolve();
      reconciled.push(`${key}${loop.isResync(key) ? ' (resync)' : ''}`);
      const againInMs = reconcile(key);
      loop.troubles.over(key);
      if (againInMs === undefined) loop.endResync(key);
      return againInMs;
    }),
    onTroubles: () => void changes.push(loop.troubles.all.map(({ code }) => code)),
    onFault: ({ code, key }) => void faults.push(`${key}: ${code}`),
  });
  let position = 0;
  const tell = async (...facts: readonly Pick<Fact, 'about'>[]): Promise<void> => {
    const placed = facts.map(({ about }) => ({
      about,
      position: String((position += 1)),
      atMs: clock.now(),
    }));
    for (const listener of listeners) listener(placed);
    await clock.advance(0);
  };
  const take = (): string[] => reconciled.splice(0);
  return { clock, loop, tell, take, faults, changes, listeners };
}

describe('ProjectorLoop', () => {
  it('reconciles all at the start, what facts are about, and all again on a slow clock', async () => {
    const { clock, loop, tell, take } = projector(['a', 'b']);
    loop.followFacts();
    await tell({ about: ['early'] });
    expect(take()).toEqual([]);
    loop.start();
    await clock.advance(0);
    expect(take()).toEqual(['early', 'a (resync)', 'b (resync)']);
    await tell({ about: ['b', 'c'] }, { about: ['b'] });
    expect(take()).toEqual(['b', 'c']);
    await clock.advance(270_000);
    const resynced = take();
    await clock.advance(30_000);
    expect([...resynced, ...take()]).toEqual(['a (resync)', 'b (resync)']);
  });

  it('ends the resync of a key of which something told since', async () => {
    const { clock, loop, take } = projector(['a']);
    loop.resync();
    loop.endResync('a');
    loop.mark('a');
    loop.start();
    loop.endResync('a');
    await clock.advance(0);
    expect(take()).toEqual(['a']);
  });

  it('goes on being of its resync for as long as it waits', async () => {
    let waits = true;
    const { clock, loop, take } = projector(['a'], () => (waits ? 1_000 : undefined));
    loop.start();
    await clock.advance(0);
    waits = false;
    await clock.advance(1_000);
    expect(take()).toEqual(['a (resync)', 'a (resync)']);
    expect(loop.isResync('a')).toBe(false);
  });

  it('says what fails for as long as it fails, and what failed last', async () => {
    let isAway = true;
    const { clock, loop, faults } = projector(['a'], () => {
      if (isAway) throw Object.assign(new Error('away'), { code: 'away', retryable: true });
      return undefined;
    });
    loop.start();
    await clock.advance(0);
    expect([faults, loop.failed]).toEqual([['a: away'], 1]);
    expect(loop.troubles.current).toMatchObject({ code: 'away', key: 'a' });
    isAway = false;
    await clock.advance(60_000);
    expect([loop.troubles.current, loop.failed, loop.due]).toEqual([undefined, 0, 0]);
    expect(loop.troubles.lastFault).toMatchObject({ code: 'away' });
  });

  it('knows the oldest fact that is not in effect, however long that lasts and whatever else succeeds', async () => {
    const away = new Set<string>();
    const { clock, loop, tell } = projector([], (key) => {
      if (away.has(key))
        throw Object.assign(new Error('away'), { code: 'away', retryable: true, concerns: 'key' });
      return undefined;
    });
    loop.followFacts();
    loop.start();
    await tell({ about: ['a'] }, { about: ['b'] });
    expect([loop.hasCompared, loop.unprojected]).toEqual([true, undefined]);
    away.add('a');
    const sinceMs = clock.now();
    await tell({ about: [] }, { about: ['a', 'b'] });
    await clock.advance(3_600_000);
    for (let n = 0; n < 2_000; n += 1) await tell({ about: ['b'] }, { about: ['a'] });
    expect(loop.unprojected).toEqual({ keys: 1, sinceMs, after: '3' });
    away.clear();
    away.add('b');
    await tell({ about: ['b'] });
    const laterMs = clock.now();
    await clock.advance(60_000);
    expect(loop.unprojected).toEqual({ keys: 1, sinceMs: laterMs, after: '4004' });
    away.clear();
    await clock.advance(60_000);
    expect(loop.unprojected).toBeUndefined();
  });

  it('keeps what is told of a key in flight for the next reconcile of it', async () => {
    const seen: unknown[] = [];
    const { clock, loop, tell, take } = projector([], () => {
      if (seen.push(loop.unprojected) === 1) void tell({ about: ['a'] });
      return undefined;
    });
    loop.followFacts();
    loop.start();
    await tell({ about: ['a'] });
    await clock.advance(0);
    const sinceMs = clock.now();
    expect([take(), seen]).toEqual([
      ['a', 'a'],
      [
        { keys: 1, sinceMs, after: undefined },
        { keys: 1, sinceMs, after: '1' },
      ],
    ]);
    expect(loop.unprojected).toBeUndefined();
  });

  it('has not compared all before each key succeeded once', async () => {
    let isAway = true;
    const { clock, loop } = projector(['a', 'b'], () => {
      if (isAway) throw Object.assign(new Error('away'), { code: 'away', retryable: true });
      return undefined;
    });
    loop.start();
    await clock.advance(60_000);
    expect([loop.due, loop.hasCompared]).toEqual([0, false]);
    isAway = false;
    await clock.advance(60_000);
    expect(loop.hasCompared).toBe(true);
  });

  it('tells of what fails in one way once, until nothing fails so any more', async () => {
    let code: string | undefined = 'away';
    const { clock, loop, changes } = projector(['a', 'b'], () => {
      if (code !== undefined) throw Object.assign(new Error(code), { code, retryable: true });
      return undefined;
    });
    const sinceMs = clock.now();
    loop.start();
    loop.watchFailed('pods', { code: 'away', message: 'no answer' }, 1_000);
    await clock.advance(3_600_000);
    expect(loop.troubles.all).toEqual([{ code: 'away', message: 'away', sinceMs, keys: 2, watches: 1 }]);
    code = undefined;
    await clock.advance(3_600_000);
    expect(loop.troubles.all).toMatchObject([{ keys: 0, watches: 1 }]);
    expect(changes).toHaveLength(1);
    loop.worksAgain('pods');
    expect([loop.troubles.all, changes.length]).toEqual([[], 2]);
    code = 'broken';
    loop.mark('a');
    await clock.advance(0);
    code = 'forbidden';
    await clock.advance(60_000);
    expect(loop.troubles.all).toMatchObject([{ code: 'forbidden', keys: 1 }]);
  });

  it('tries what failed at once when whoever was away is back', async () => {
    let isAway = true;
    const { clock, loop, take } = projector(['a', 'b'], () => {
      if (isAway) throw Object.assign(new Error('away'), { code: 'away', retryable: true });
      return undefined;
    });
    loop.start();
    loop.watchFailed('pods', { code: 'away', message: 'no answer' }, 1_000);
    await clock.advance(3_600_000);
    isAway = false;
    take();
    loop.worksAgain('pods');
    await clock.advance(0);
    expect([take().sort(), loop.failed]).toEqual([['a (resync)', 'b (resync)'], 0]);
    loop.worksAgain('pods');
    await clock.advance(0);
    expect(take()).toEqual([]);
  });

  it('begins nothing while another process is active, keeps what is due, and forgets what is over', async () => {
    let isActive = false;
    const keys = ['a', 'b'];
    const { clock, loop, tell, take } = projector(keys, undefined, () => isActive);
    loop.followFacts();
    loop.start();
    await tell({ about: ['a', 'gone'] });
    expect([take(), loop.due]).toEqual([[], 3]);
    await clock.advance(300_000);
    expect([take(), loop.due, loop.isResync('gone')]).toEqual([[], 2, false]);
    await tell({ about: ['c'] });
    isActive = true;
    loop.wake();
    await clock.advance(0);
    expect(take()).toEqual(['a (resync)', 'b (resync)', 'c']);
  });

  it('keeps the oldest fact that is not in effect while it may do nothing, until it has compared all', async () => {
    let isActive = true;
    const { clock, loop, tell } = projector(['a'], undefined, () => isActive);
    loop.followFacts();
    loop.start();
    await tell({ about: ['a'] });
    isActive = false;
    loop.wake();
    const sinceMs = clock.now();
    await tell({ about: ['a'] });
    await clock.advance(3_600_000);
    for (let n = 0; n < 100; n += 1) await tell({ about: [`b${n}`] });
    expect(loop.unprojected).toMatchObject({ sinceMs, after: '1' });
    isActive = true;
    loop.wake();
    expect(loop.hasCompared).toBe(false);
    for (let n = 0; n < 10; n += 1) await clock.advance(1_000);
    expect([loop.hasCompared, loop.unprojected]).toEqual([true, undefined]);
  });

  it('has no trouble of its own with what another process does now, but with what it follows', async () => {
    let isActive = true;
    const fail = (): never => {
      throw Object.assign(new Error('away'), { code: 'away', retryable: true });
    };
    const { clock, loop, faults } = projector(['a'], fail, () => isActive);
    loop.start();
    await clock.advance(0);
    expect([loop.faults.current?.code, faults]).toEqual(['away', ['a: away']]);
    isActive = false;
    loop.wake();
    expect(loop.faults).toMatchObject({ current: undefined, lastFault: { code: 'away' } });
    loop.watchFailed('vips', { code: 'unreachable', message: '' }, 400_000);
    await clock.advance(300_000);
    expect([loop.faults.current?.code, loop.failed]).toEqual(['unreachable', 0]);
    isActive = true;
    expect(loop.faults.current?.code).toBe('unreachable');
  });

  it('stops listening, and reconciles nothing more', async () => {
    const { clock, loop, listeners, take } = projector(['a']);
    loop.followFacts();
    loop.start();
    await loop.stop();
    expect(listeners.size).toBe(0);
    loop.mark('b');
    await clock.advance(1_000_000);
    expect(take()).toEqual([]);
  });
});
