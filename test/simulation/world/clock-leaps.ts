// Machines' clocks that somebody sets wrong by minutes to decades, and right again after a while; now and then the machine starts
// anew in between, so that a process begins with a wrong clock. Whoever runs them restarts a process that says it is in doubt.
import { CLOCK_SKEW_MAX_MS } from '@holdfast/clock';
import type { SeededChance } from '@holdfast/clock/testing';
import type { Machine } from './process';
import type { Life } from './life';
import type { Surroundings } from './surroundings';

const LEAP_MIN_MS = CLOCK_SKEW_MAX_MS + 60_000;
/** Twenty years: LEAP_MIN_MS times ten to this power. */
const LEAP_DECADES = 6.2;
/** Until it is set right, at most. */
const LEAP_LASTS_MAX_MS = 4_000;
/** Until somebody restarts a process that goes on with a time of its own, at most. */
const OPERATOR_MAX_MS = 1_500;
const RESTART_RATE = 0.5;

interface ManyMachines extends Pick<Surroundings, 'scheduler' | 'note'> {
  readonly machines: readonly Machine[];
  readonly processes: ReadonlyMap<string, { readonly life: Life }>;
}

export class ClockLeaps {
  /** By machine: how far its clock leapt. */
  private readonly leaps = new Map<Machine, number>();

  constructor(
    private readonly world: ManyMachines,
    private readonly chance: SeededChance,
  ) {}

  /** Sets the clock of one machine wrong. */
  leap(): void {
    const { world, chance } = this;
    const machine = world.machines[chance.below(world.machines.length)] as Machine;
    if (this.leaps.has(machine)) return;
    const sign = chance.random() < 0.5 ? -1 : 1;
    const byMs = sign * Math.round(LEAP_MIN_MS * 10 ** (LEAP_DECADES * chance.random()));
    this.leaps.set(machine, byMs);
    this.set(machine, byMs);
    world.scheduler.after(Math.ceil(chance.random() * LEAP_LASTS_MAX_MS), () => this.end(machine));
  }

  /** All clocks are right, but for seconds, and nobody goes on with another time. */
  heal(): void {
    for (const machine of [...this.leaps.keys()]) this.end(machine);
    for (const { life } of this.world.processes.values())
      if (!life.isOver && life.guarded.inDoubt) life.end();
  }

  private end(machine: Machine): void {
    const byMs = this.leaps.get(machine);
    if (byMs === undefined) return;
    this.leaps.delete(machine);
    this.set(machine, -byMs);
    const delayMs = Math.ceil(this.chance.random() * OPERATOR_MAX_MS);
    this.world.scheduler.after(delayMs, () => {
      const life = this.world.processes.get(machine.name)?.life;
      if (life && !life.isOver && life.guarded.inDoubt) life.end();
    });
  }

  private set(machine: Machine, byMs: number): void {
    machine.wall.offMs += byMs;
    this.world.note(`${machine.name}'s clock leaps by ${byMs}`);
    if (this.chance.random() < RESTART_RATE) this.world.processes.get(machine.name)?.life.end();
  }
}
