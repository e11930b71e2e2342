// The election in virtual time, over the sandbox: processes with clocks that are wrong, that are paused, cut off and killed.
// Whatever happens, no two are active at once; every test checks that at each millisecond that matters.
import type { Clock } from '@holdfast/clock';
import { SeededChance, VirtualClock } from '@holdfast/clock/testing';
import { LEASES, objectPathOf } from '../port/resource';
import { Sandbox, type SandboxConnection } from '../testing/sandbox/sandbox';
import { type ElectionOptions, LeaseElection } from './lease-election';

const LEASE = { namespace: 'kube-system', name: 'projector' };
const PATH = objectPathOf(LEASES, LEASE);

/** A machine's own clock: its wall clock is off, its timers stand still while it is paused, and it counts those that are left. */
class MachineClock implements Clock {
  readonly timers = new Set<object>();
  offMs = 0;
  private isPaused = false;
  private held: (() => void)[] = [];

  constructor(private readonly base: VirtualClock) {}

  now = (): number => this.base.now() + this.offMs;
  monotonic = (): number => this.base.monotonic();

  after(delayMs: number, run: () => void): () => void {
    const timer = {};
    this.timers.add(timer);
    const fire = (): void => {
      if (!this.timers.delete(timer)) return;
      run();
    };
    const cancel = this.base.after(delayMs, () => (this.isPaused ? this.held.push(fire) : fire()));
    return () => {
      this.timers.delete(timer);
      cancel();
    };
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
    for (const fire of this.held.splice(0)) fire();
  }
}

interface Candidate {
  readonly clock: MachineClock;
  readonly connection: SandboxConnection;
  readonly election: LeaseElection;
  /** Whether it was told to be active, in order. */
  readonly changes: boolean[];
  readonly faults: string[];
}

class World {
  readonly clock = new VirtualClock();
  readonly sandbox = new Sandbox(this.clock, new SeededChance(1));
  readonly candidates: Candidate[] = [];

  candidate(
    identity: string,
    options: Partial<ElectionOptions> & { readonly offMs?: number } = {},
  ): Candidate {
    const clock = new MachineClock(this.clock);
    clock.offMs = options.offMs ?? 0;
    const connection = this.sandbox.connect();
    const changes: boolean[] = [];
    const faults: string[] = [];
    const election = new LeaseElection({
      ...{ leases: connection.leases, lease: LEASE, identity, clock, chance: new SeededChance(7) },
      onFault: ({ code }) => faults.push(code),
      ...options,
    });
    election.onChange(({ isActive }) => {
      if (isActive !== (changes.at(-1) ?? false)) changes.push(isActive);
    });
    const candidate = { clock, connection, election, changes, faults };
    this.candidates.push(candidate);
    election.start();
    return candidate;
  }

  /** kill -9: nothing of it runs any more. */
  kill({ clock, connection }: Candidate): void {
    clock.pause();
    connection.rest.cut();
  }

  /** In steps that are small beside every time that matters. */
  async pass(ms: number): Promise<void> {
    await this.clock.advance(0);
    for (let passed = 0; passed < ms; passed += 100) {
      await this.clock.advance(Math.min(100, ms - passed));
      expect(this.active().length).toBeLessThanOrEqual(1);
    }
  }

  /** Those that would begin something now. */
  active(): string[] {
    return this.candidates
      .filter(({ election }) => election.isActive)
      .map(({ election }) => election.status.identity);
  }

  spec(): Readonly<Record<string, unknown>> {
    return (this.sandbox.request('GET', PATH) as { spec: Record<string, unknown> }).spec;
  }

  /** How long it takes until somebody is active, milliseconds. */
  async until(identity: string): Promise<number> {
    const beganMs = this.clock.monotonic();
    while (this.active()[0] !== identity) {
      await this.pass(100);
      if (this.clock.monotonic() - beganMs > 60_000)
        throw new Error(`${identity} is not active within a minute`);
    }
    return this.clock.monotonic() - beganMs;
  }
}

describe('LeaseElection', () => {
  it('has one at work and tells who and since when; the other takes over from one that was killed, within 15 s', async () => {
    const world = new World();
    const first = world.candidate('first');
    await world.pass(100);
    const second = world.candidate('second');
    await world.pass(30_000);
    expect(first.election.status).toMatchObject({ isActive: true, lease: 'kube-system/projector' });
    expect(second.election.status).toMatchObject({
      ...{ isActive: false, identity: 'second', holder: 'first', sinceMs: Date.UTC(2026, 0, 1) },
    });
    world.kill(first);
    const tookMs = await world.until('second');
    expect(tookMs).toBeGreaterThan(7_000);
    expect(tookMs).toBeLessThanOrEqual(12_500);
    expect(world.spec()).toMatchObject({
      holderIdentity: 'second',
      leaseDurationSeconds: 10,
      leaseTransitions: 1,
    });
    expect([first.changes, second.changes]).toEqual([[true], [true]]);
  });

  it('takes over at once from one that stopped in order, which leaves nothing behind', async () => {
    const world = new World();
    const first = world.candidate('first');
    await world.pass(100);
    world.candidate('second');
    await world.pass(5_000);
    await first.election.stop();
    expect(await world.until('second')).toBeLessThanOrEqual(200);
    await world.pass(0);
    expect(first.clock.timers.size).toBe(0);
    expect(first.changes).toEqual([true, false]);
    await first.election.stop();
  });

  it('is given up by a holder that nobody replaces, with a duration of a second and nobody in it', async () => {
    const world = new World();
    const { election } = world.candidate('first');
    await world.pass(100);
    await election.stop();
    expect(world.spec()).toMatchObject({ holderIdentity: '', leaseDurationSeconds: 1, leaseTransitions: 0 });
  });

  it.each([
    ['an hour ahead', 3_600_000],
    ['an hour behind', -3_600_000],
  ])('does not mind a clock that is %s: neither the holder’s nor the other’s', async (_, offMs) => {
    for (const offsets of [
      [offMs, 0],
      [0, offMs],
    ]) {
      const world = new World();
      const first = world.candidate('first', { offMs: offsets[0] });
      await world.pass(100);
      world.candidate('second', { offMs: offsets[1] });
      await world.pass(60_000);
      expect(world.active()).toEqual(['first']);
      world.kill(first);
      expect(await world.until('second')).toBeLessThanOrEqual(12_500);
    }
  });

  it('renews at once after its own clock was set forward, and not at all sooner after it was set back', async () => {
    const world = new World();
    const { clock, changes } = world.candidate('first');
    await world.pass(3_000);
    clock.offMs += 3_600_000;
    await world.pass(2_100);
    expect(world.active()).toEqual(['first']);
    clock.offMs -= 7_200_000;
    await world.pass(20_000);
    expect([world.active(), changes]).toEqual([['first'], [true, false, true]]);
  });

  it('stops before another begins when it cannot renew, and stands by when it can again', async () => {
    const world = new World();
    const first = world.candidate('first');
    await world.pass(100);
    world.candidate('second');
    await world.pass(4_000);
    first.connection.rest.cut();
    const beganMs = world.clock.monotonic();
    while (first.election.isActive) await world.pass(100);
    expect(world.clock.monotonic() - beganMs).toBeLessThanOrEqual(7_000);
    expect(first.election.status.failing?.code).toBe('kubernetes-unreachable');
    const idleMs = await world.until('second');
    expect(idleMs).toBeGreaterThanOrEqual(2_900);
    first.connection.rest.mend();
    await world.pass(30_000);
    expect([world.active(), first.election.status.failing, first.changes]).toEqual([
      ...[['second'], undefined, [true, false]],
    ]);
  });

  it('goes on, and tells nobody, where renewals fail for less than that', async () => {
    const world = new World();
    const { connection, changes, faults } = world.candidate('first');
    await world.pass(100);
    for (let time = 0; time < 5; time += 1) {
      connection.rest.cut();
      await world.pass(2_900);
      connection.rest.mend();
      await world.pass(3_000);
    }
    expect([world.active(), changes, faults.length >= 5]).toEqual([['first'], [true], true]);
  });

  it('does nothing more when it was paused past its deadline, from the first moment on', async () => {
    const world = new World();
    const first = world.candidate('first');
    await world.pass(100);
    const second = world.candidate('second');
    await world.pass(3_000);
    first.clock.pause();
    await world.until('second');
    await world.pass(20_000);
    // It wakes, and is asked before any of its timers ran.
    expect(first.election.isActive).toBe(false);
    let begun = 0;
    const late = first.election.whileActive(async () => (begun += 1));
    await expect(late).rejects.toMatchObject({ code: 'kubernetes-standby', retryable: true });
    first.clock.resume();
    await world.pass(20_000);
    expect([begun, world.active(), first.election.status.holder]).toEqual([0, ['second'], 'second']);
    expect([first.changes, second.changes]).toEqual([[true, false], [true]]);
  });

  it('goes on where it was paused and nobody took over, and says so to who waits', async () => {
    const world = new World();
    const { clock, election, changes } = world.candidate('first');
    await world.pass(3_000);
    clock.pause();
    await world.pass(60_000);
    clock.resume();
    await world.pass(2_100);
    expect([election.isActive, changes]).toEqual([true, [true, false, true]]);
  });

  it('does not take over for having been paused itself: it looks first', async () => {
    const world = new World();
    world.candidate('first');
    await world.pass(100);
    const { clock, changes } = world.candidate('second');
    await world.pass(3_000);
    clock.pause();
    await world.pass(60_000);
    clock.resume();
    await world.pass(30_000);
    expect([world.active(), changes]).toEqual([['first'], []]);
  });

  it('lets one of many take over', async () => {
    const world = new World();
    const first = world.candidate('first');
    await world.pass(100);
    for (const name of ['b', 'c', 'd']) world.candidate(name);
    await world.pass(5_000);
    world.kill(first);
    await world.pass(12_500);
    expect(world.active()).toHaveLength(1);
    const [active] = world.active();
    await world.pass(60_000);
    expect(world.active()).toEqual([active]);
  });

  it('minds neither a note on the object, nor its loss, and yields to who took it by hand', async () => {
    const world = new World();
    const { changes, election } = world.candidate('first');
    await world.pass(100);
    world.sandbox.request('PATCH', PATH, { metadata: { annotations: { note: 'x' } } });
    await world.pass(10_000);
    world.sandbox.request('DELETE', PATH);
    await world.pass(100);
    expect([world.active(), changes, world.spec()['holderIdentity']]).toEqual([['first'], [true], 'first']);
    const renewTime = '2026-01-01T00:00:00.000000Z';
    world.sandbox.request('PATCH', PATH, { spec: { holderIdentity: 'somebody', renewTime } });
    await world.pass(100);
    expect([world.active(), election.status.holder]).toEqual([[], 'somebody']);
    expect(await world.until('first')).toBeGreaterThan(9_000);
  });

  it('waits for what is in flight before it gives the Lease up, and renews it meanwhile', async () => {
    const world = new World();
    const { election } = world.candidate('first');
    await world.pass(100);
    world.candidate('second');
    await world.pass(1_000);
    let end = (): void => undefined;
    const running = election.whileActive(() => new Promise<void>((resolve) => (end = resolve)));
    const stopped = election.stop();
    await expect(election.whileActive(async () => undefined)).rejects.toMatchObject({
      code: 'kubernetes-standby',
    });
    await world.pass(40_000);
    expect([world.active(), world.spec()['holderIdentity']]).toEqual([[], 'first']);
    end();
    await running;
    await stopped;
    expect(await world.until('second')).toBeLessThanOrEqual(200);
  });

  it('is not held by who may not, is given up when that begins, and taken again when it is over', async () => {
    const world = new World();
    const { election, changes } = world.candidate('first');
    election.forbid('not yet');
    await world.pass(20_000);
    expect(election.status).toMatchObject({ isActive: false, forbidden: 'not yet' });
    expect(world.active()).toEqual([]);
    expect(() => world.spec()).toThrow('not found');
    election.forbid(undefined);
    expect(await world.until('first')).toBeLessThanOrEqual(200);
    world.candidate('second');
    await world.pass(3_000);
    let end = (): void => undefined;
    const running = election.whileActive(() => new Promise<void>((resolve) => (end = resolve)));
    election.forbid('no more');
    expect([election.isActive, changes]).toEqual([false, [true, false]]);
    await world.pass(15_000);
    expect(world.active()).toEqual([]);
    end();
    await running;
    expect(await world.until('second')).toBeLessThanOrEqual(200);
    await world.pass(30_000);
    expect(election.status).toMatchObject({ isActive: false, holder: 'second' });
  });

  it('takes over at once from a holder that is known to be dead', async () => {
    const world = new World();
    const first = world.candidate('here#1');
    await world.pass(3_000);
    world.kill(first);
    world.candidate('here#2', { isOver: (holder) => holder.startsWith('here#') });
    await world.clock.advance(0);
    // The first would still be allowed to: whoever says that it is over answers for that.
    expect(world.spec()['holderIdentity']).toBe('here#2');
  });

  it('says what keeps it from the Lease, and goes on trying', async () => {
    const world = new World();
    world.sandbox.faults.fail({ status: 403, times: 1_000 });
    const { election } = world.candidate('first');
    await world.pass(9_000);
    expect(election.status).toMatchObject({
      ...{ isActive: false, failing: { code: 'kubernetes-forbidden', sinceMs: Date.UTC(2026, 0, 1) } },
    });
    world.sandbox.faults.heal();
    expect(await world.until('first')).toBeLessThanOrEqual(2_100);
    expect(election.status.failing).toBeUndefined();
  });

  it('does not wait for an answer for so long that no other renewal fits in', async () => {
    const world = new World();
    const { election, changes, faults } = world.candidate('first');
    await world.pass(100);
    world.sandbox.faults.delayMs = 3_600_000;
    await world.pass(2_000);
    world.sandbox.faults.delayMs = 0;
    await world.pass(10_000);
    expect([election.isActive, election.status.failing, changes]).toEqual([true, undefined, [true]]);
    expect(faults).toEqual(['kubernetes-unreachable']);
  });
});
