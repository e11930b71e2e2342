import { Backoff } from './backoff';
import { sleep } from './clock';
import { SeededChance, VirtualClock } from './testing';

describe('VirtualClock', () => {
  it('runs timers in order of time, then of registration', async () => {
    const clock = new VirtualClock();
    const ran: string[] = [];
    clock.after(20, () => ran.push('late'));
    clock.after(10, () => ran.push('first'));
    clock.after(10, () => ran.push('second'));
    clock.after(10, () => ran.push('cancelled'))();
    await clock.advance(15);
    expect(ran).toEqual(['first', 'second']);
    await clock.advance(5);
    expect(ran).toEqual(['first', 'second', 'late']);
  });

  it('steps the wall clock without moving the monotonic one', async () => {
    const clock = new VirtualClock(1_000);
    await clock.advance(5);
    clock.step(-500);
    expect([clock.now(), clock.monotonic()]).toEqual([505, 5]);
  });

  it('wakes a sleeper early when it is aborted', async () => {
    const clock = new VirtualClock();
    const stop = new AbortController();
    const slept = sleep(clock, 60_000, stop.signal);
    stop.abort();
    await slept;
    expect(clock.monotonic()).toBe(0);
  });
});

describe('Backoff', () => {
  it('doubles its ceiling up to the maximum, jitters below it, and starts over after a success', () => {
    const highest = { random: () => 0.999, uuid: () => '' };
    const backoff = new Backoff({ firstMs: 100, maxMs: 1_000 }, highest);
    expect(Array.from({ length: 6 }, () => backoff.nextDelayMs())).toEqual([99, 199, 399, 799, 999, 999]);
    backoff.reset();
    expect(backoff.nextDelayMs()).toBe(99);
  });
});

describe('SeededChance', () => {
  it('is the same for the same seed', () => {
    const run = (seed: number) => {
      const chance = new SeededChance(seed);
      return [chance.random(), chance.below(10), chance.uuid()];
    };
    expect(run(7)).toEqual(run(7));
    expect(run(7)).not.toEqual(run(8));
    expect(run(7)[2]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });
});
