// One seed is one run: operations with faults, safety checked at every step; then none, and everything must come to
// rest as it should be.
import { SeededChance } from '@holdfast/clock/testing';
import type { KnownDefect } from '../check/known-defects';
import { checkViews } from '../check/views';
import type { Planted } from '../world/planted';
import { World } from '../world/world';
import { guarded } from './guard';
import type { Fault, Rates } from './swarm';
import { Trace } from './trace';
import { Violation } from './violation';

export interface RunOptions {
  readonly seed: number;
  readonly operations: number;
  readonly planted?: Planted;
  readonly rates?: Rates;
  readonly show?: (line: string) => void;
}

export interface RunResult {
  readonly seed: number;
  readonly operations: number;
  readonly events: number;
  readonly virtualMs: number;
  readonly steps: number;
  readonly injected: ReadonlyMap<Fault, number>;
  readonly known: ReadonlyMap<KnownDefect, number>;
  readonly violation: Violation | undefined;
  /** Of the whole trace. */
  readonly digest: string;
}

/** Within so much virtual time after the last fault everything is done: the slowest slow clock, twice over. */
export const CONVERGE_MS = 15 * 60_000;
/** How often it is looked whether all is done. */
const LOOK_EVERY_MS = 500;
/** Views are looked at as a whole once in so many operations. */
const VIEWS_EVERY = 250;
/** An hour or so passes at once, now and then. */
const JUMP_MAX_MS = 2 * 3_600_000;
const CLOCK_STEP_MAX_MS = 20_000;

export function simulate(options: RunOptions): Promise<RunResult> {
  return guarded(() => run(options));
}

async function run({ seed, operations, planted, rates, show }: RunOptions): Promise<RunResult> {
  const trace = new Trace(show);
  const world = new World({ seed, trace, ...(planted && { planted }), ...(rates && { rates }) });
  const onBug = (bug: unknown): void => world.violated(bug);
  process.on('unhandledRejection', onBug);
  let done = 0;
  try {
    done = await withFaults(world, operations, new SeededChance(seed ^ 0x5eed));
    if (!world.violation) await withoutFaults(world);
  } catch (bug) {
    world.violated(bug);
  } finally {
    process.off('unhandledRejection', onBug);
  }
  if (world.violation) world.note(`violation ${world.violation.message}`);
  const { scheduler, history, faults, known, violation } = world;
  return {
    seed,
    operations: done,
    events: history.length,
    virtualMs: scheduler.nowMs,
    steps: scheduler.steps,
    injected: faults.injected,
    known: known.met,
    violation,
    digest: trace.digest(),
  };
}

/** How many operations were done: all of them, or those up to a violation. */
async function withFaults(world: World, operations: number, chance: SeededChance): Promise<number> {
  const { scheduler, terrain, clients, orders, faults } = world;
  const gapMs = 1 + 40 * chance.random() ** 3;
  for (const plan of terrain.subnets) clients.ask(orders.defineSubnet(plan), 0);
  for (let done = 0; done < operations; done += 1) {
    const wait = faults.strikes('time-jump')
      ? chance.random() * JUMP_MAX_MS
      : -Math.log(1 - chance.random()) * gapMs;
    const untilMs = scheduler.nowMs + Math.floor(wait);
    while (!world.violation && (await scheduler.step(untilMs)));
    if (world.violation) return done;
    operate(world, chance);
    if (done % VIEWS_EVERY === VIEWS_EVERY - 1) world.checked(() => checkViews(world));
  }
  return operations;
}

function operate(world: World, chance: SeededChance): void {
  const { faults, clients, orders, machines, processes } = world;
  if (faults.strikes('crash')) {
    const alive = [...processes.values()].filter(({ life }) => !life.isOver);
    const victim = alive[chance.below(Math.max(1, alive.length))];
    if (victim) world.crash(victim);
  }
  if (faults.strikes('clock-step')) {
    const { wall, name } = machines[chance.below(machines.length)] as World['machines'][number];
    wall.offMs += Math.round((chance.random() * 2 - 1) * CLOCK_STEP_MAX_MS);
    world.note(`${name}'s clock is ${wall.offMs} off`);
  }
  const lateMs = chance.random() < 0.1 ? -chance.below(30_000) : 0;
  clients.ask(orders.next(), lateMs);
}

async function withoutFaults(world: World): Promise<void> {
  const { scheduler } = world;
  world.heal();
  const boundMs = scheduler.nowMs + CONVERGE_MS;
  for (;;) {
    const untilMs = Math.min(scheduler.nowMs + LOOK_EVERY_MS, boundMs);
    while (!world.violation && (await scheduler.step(untilMs)));
    if (world.violation) return;
    const unfinished = whatIsLeft(world);
    if (!unfinished) break;
    if (scheduler.nowMs >= boundMs)
      throw new Violation(
        'everything-answered',
        `${CONVERGE_MS / 60_000} minutes after the last fault: ${unfinished}`,
      );
  }
  world.checked(() => checkViews(world));
}

function whatIsLeft(world: World): string | undefined {
  const { clients, processes, history } = world;
  const [waiting] = clients.unanswered.keys();
  if (waiting !== undefined) return `${waiting} and ${clients.unanswered.size - 1} others are not answered`;
  for (const { reader, life, isReady, faces } of processes.values()) {
    if (!isReady) return `${life.name} does not serve`;
    if (Number(reader.position ?? 0) < history.length) return `the view of ${life.name} is behind`;
    if (faces.some((face) => !face.isSettled())) return `a face of ${life.name} is not settled`;
  }
  return undefined;
}
