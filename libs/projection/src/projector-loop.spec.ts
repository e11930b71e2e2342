import { SeededChance, VirtualClock } from '@holdfast/clock/testing';
import { oneByOne } from './loop/reconcile-loop';
import { ProjectorLoop } from './projector-loop';

interface Fact {
  readonly about: readonly string[];
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
    onFault: ({ code, key }) => void faults.push(`${key}: ${code}`),
  });
  const tell = async (...facts: readonly Fact[]): Promise<void> => {
    for (const listener of listeners) listener(facts);
    await clock.advance(0);
  };
  const take = (): string[] => reconciled.splice(0);
  return { clock, loop, tell, take, faults, listeners };
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
