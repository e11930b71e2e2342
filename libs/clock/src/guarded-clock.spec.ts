import { CLOCK_SKEW_MAX_MS } from './clock-bound';
import { ComparedClock } from './compared-clock';
import { type ClockChange, GuardedClock } from './guarded-clock';
import type { OtherClock } from './other-clock';
import { VirtualClock } from './testing';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const YEARS_MS = 3652 * DAY_MS;
const START_MS = Date.UTC(2026, 0, 1);

/** A machine that may sleep: its wall clock goes on, its monotonic one does not, its uptime does. */
class Machine extends VirtualClock {
  private sleptMs = 0;

  constructor(private readonly hasUptime = true) {
    super(START_MS);
  }

  uptime = (): number => this.monotonic() + (this.hasUptime ? this.sleptMs : 0);

  sleep(forMs: number): void {
    this.sleptMs += forMs;
    this.step(forMs);
  }
}

function given(machine = new Machine()) {
  const clock = new GuardedClock(machine);
  const changes: ClockChange[] = [];
  clock.onChange((change) => changes.push(change));
  return { machine, clock, changes };
}

describe('the guarded clock', () => {
  it('tells the wall clock, with steps up to the bound', async () => {
    const { machine, clock, changes } = given();
    for (const stepMs of [1_000, -5_000, 4 * MINUTE_MS, -8 * MINUTE_MS, 8 * MINUTE_MS, -4 * MINUTE_MS]) {
      await machine.advance(MINUTE_MS);
      machine.step(stepMs);
      expect(clock.now()).toBe(machine.now());
    }
    expect(changes).toEqual([]);
  });

  it.each([YEARS_MS, DAY_MS, CLOCK_SKEW_MAX_MS + 1_000, -CLOCK_SKEW_MAX_MS - 1_000, -DAY_MS, -YEARS_MS])(
    'goes on from the last good reading after a step of %d ms, and takes the wall clock again when it is back',
    async (stepMs) => {
      const { machine, clock, changes } = given();
      await machine.advance(HOUR_MS);
      machine.step(stepMs);
      expect(clock.now()).toBe(START_MS + HOUR_MS);
      await machine.advance(2 * DAY_MS);
      expect(clock.now()).toBe(START_MS + HOUR_MS + 2 * DAY_MS);
      expect(clock.inDoubt).toEqual({ sinceMs: START_MS + HOUR_MS, offMs: stepMs });
      machine.step(-stepMs + 1_000);
      expect(clock.now()).toBe(machine.now());
      expect(clock.inDoubt).toBeUndefined();
      expect(changes).toEqual([{ is: 'stepped', offMs: stepMs }, { is: 'back' }]);
    },
  );

  it('adds small steps up: many of them within a day make a big one', async () => {
    const { machine, clock, changes } = given();
    for (let step = 0; step < 10; step += 1) {
      await machine.advance(MINUTE_MS);
      machine.step(4 * MINUTE_MS);
      clock.now();
    }
    expect(changes).toMatchObject([{ is: 'stepped' }]);
    expect(clock.now() - START_MS - 10 * MINUTE_MS).toBeLessThanOrEqual(CLOCK_SKEW_MAX_MS);
  });

  it('forgives small steps slowly, as a time server makes them for months', async () => {
    const { machine, clock, changes } = given();
    for (let day = 0; day < 300; day += 1) {
      await machine.advance(DAY_MS);
      machine.step(MINUTE_MS);
      expect(clock.now()).toBe(machine.now());
    }
    expect(changes).toEqual([]);
  });

  it('knows a machine that slept from one whose clock was set', async () => {
    const { machine, clock, changes } = given();
    await machine.advance(MINUTE_MS);
    machine.sleep(8 * HOUR_MS);
    expect(clock.now()).toBe(machine.now());
    machine.step(DAY_MS);
    machine.sleep(8 * HOUR_MS);
    expect(clock.now()).toBe(machine.now() - DAY_MS);
    machine.step(-DAY_MS);
    expect(clock.now()).toBe(machine.now());
    expect(changes.map(({ is }) => is)).toEqual(['stepped', 'back']);
  });

  it('notices a step though nobody asks for the time, and stops looking when told', async () => {
    const { machine, clock, changes } = given();
    const stop = clock.watch();
    machine.step(YEARS_MS);
    await machine.advance(MINUTE_MS);
    expect(changes).toEqual([{ is: 'stepped', offMs: YEARS_MS }]);
    stop();
    machine.step(-YEARS_MS);
    await machine.advance(MINUTE_MS);
    expect(changes).toHaveLength(1);
  });
});

describe('the guarded clock beside others', () => {
  /** Another clock, off by what the test says; it cannot be had while that is undefined. */
  class Other implements OtherClock {
    readonly name = 'other';
    offMs: number | undefined = 0;

    constructor(
      private readonly machine: VirtualClock,
      readonly isOurMachine = false,
    ) {}

    read = (): Promise<number | undefined> =>
      Promise.resolve(
        this.offMs === undefined ? undefined : START_MS + this.machine.monotonic() + this.offMs,
      );
  }

  function beside(isOurMachine = false) {
    const all = given(new Machine(false));
    const other = new Other(all.machine, isOurMachine);
    const said: string[] = [];
    const compared = new ComparedClock({
      ...{ clock: all.clock, others: [other] },
      onContradiction: ({ offMs }, isFirst) => said.push(`contradicted ${offMs}${isFirst ? ' first' : ''}`),
      onAgreement: () => said.push('agrees'),
    });
    compared.watch();
    return { ...all, other, compared, said };
  }

  it('takes a step that another clock confirms', async () => {
    const { machine, clock, other, changes } = beside();
    await machine.advance(MINUTE_MS);
    machine.step(HOUR_MS);
    other.offMs = HOUR_MS;
    expect(clock.now()).toBe(machine.now() - HOUR_MS);
    await machine.advance(40_000);
    expect(clock.now()).toBe(machine.now());
    expect(changes).toEqual([
      { is: 'stepped', offMs: HOUR_MS },
      { is: 'confirmed', offMs: HOUR_MS },
    ]);
  });

  it('takes none that the other contradicts, or that it does not answer about', async () => {
    const { machine, clock, other, said } = beside();
    await machine.advance(MINUTE_MS);
    machine.step(HOUR_MS);
    for (const offMs of [0, undefined]) {
      other.offMs = offMs;
      await machine.advance(5 * MINUTE_MS);
      expect(clock.now()).toBe(machine.now() - HOUR_MS);
    }
    expect(said).toEqual([]);
  });

  it('takes none that only the own machine’s other clock confirms, which stepped with it', async () => {
    const { machine, clock, other } = beside(true);
    await machine.advance(MINUTE_MS);
    machine.step(YEARS_MS);
    other.offMs = YEARS_MS;
    await machine.advance(5 * MINUTE_MS);
    expect(clock.now()).toBe(machine.now() - YEARS_MS);
    machine.step(-YEARS_MS);
    other.offMs = 0;
    await machine.advance(5 * MINUTE_MS);
    expect(clock.now()).toBe(machine.now());
  });

  it('tells a contradiction once, its end once, and whether it is the first that it hears', async () => {
    const { machine, clock, other, said } = beside();
    other.offMs = undefined;
    await machine.advance(MINUTE_MS);
    other.offMs = -DAY_MS;
    await machine.advance(5 * MINUTE_MS);
    expect(clock.now()).toBe(machine.now());
    other.offMs = 1_000;
    await machine.advance(5 * MINUTE_MS);
    other.offMs = DAY_MS;
    await machine.advance(5 * MINUTE_MS);
    expect(said).toEqual([`contradicted ${DAY_MS} first`, 'agrees', `contradicted ${-DAY_MS}`]);
  });

  it('does not wait for one that never answers, and stops when told', async () => {
    const { machine, clock } = given();
    const read = jest.fn(() => new Promise<undefined>(() => undefined));
    const compared = new ComparedClock({ clock, others: [{ name: 'hangs', read }] });
    compared.watch();
    await machine.advance(MINUTE_MS);
    expect(read.mock.calls.length).toBeGreaterThan(3);
    compared.stop();
    const calls = read.mock.calls.length;
    await machine.advance(HOUR_MS);
    expect(read.mock.calls.length).toBeLessThanOrEqual(calls + 1);
  });
});
