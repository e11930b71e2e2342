// One seed is one run: operations with faults, safety checked at every step; then none, and everything must come to
// rest as it should be.
import { SeededChance } from '@holdfast/clock/testing';
import { kubernetesDifference } from '../check/kubernetes';
import { podsDifference } from '../check/pods/converged';
import { checkNorthbound } from './rebuilt';
import { usesDifference } from '../check/uses';
import { checkViews } from './views';
import { EPOCH_MS } from '../world/life';
import type { Planted } from '../world/surroundings';
import { KubernetesRole } from '../world/projectors/kubernetes-projector';
import { OvnProjector } from '../world/projectors/ovn-projector';
import type { RunningProjector } from '../world/process';
import type { RivalAct } from '../world/act';
import { World, type WorldOptions } from '../world/world';
import { guarded } from './guard';
import type { LedgerCommand } from '@holdfast/ledger';
import { actInCluster, actInNorthbound, perform } from './acts';
import type { FaultKind, Rates } from '../engine/swarm';
import { settle } from '../engine/scheduler';
import { Trace } from '../engine/trace';
import { type Checker, Violation } from '../engine/violation';

export interface SimulationOptions {
  readonly seed: number;
  readonly operations: number;
  readonly planted?: Planted;
  readonly rates?: Rates;
  readonly show?: (line: string) => void;
}

export interface RunResult {
  readonly seed: number;
  /** That were done. */
  readonly operations: number;
  /** That were to be done: it takes the same to see the same again. */
  readonly asked: number;
  readonly events: number;
  readonly virtualMs: number;
  readonly steps: number;
  readonly injected: ReadonlyMap<FaultKind, number>;
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
/** Some minutes pass at once, now and then: slow clocks tick, windows end. */
const JUMP_MAX_MS = 20 * 60_000;
const CLOCK_STEP_MAX_MS = 20_000;
/** A thief gives the lock back within this time. */
const THEFT_MAX_MS = 3_000;

export function simulate(options: SimulationOptions): Promise<RunResult> {
  return guarded(() => {
    const { seed, operations } = options;
    const world = worldOf(options);
    return live(world, options, () => withFaults(world, operations, new SeededChance(seed ^ 0x5eed)));
  });
}

/** @param more who keeps what is drawn and done */
export function worldOf(
  { seed, planted, rates, show }: SimulationOptions,
  more: Pick<WorldOptions, 'draws' | 'kept'> = {},
): World {
  const trace = new Trace(show);
  return new World({ seed, trace, ...(planted && { planted }), ...(rates && { rates }), ...more });
}

/** @param faulty what happens while faults strike; how many operations there were */
export async function live(
  world: World,
  { seed, operations: asked }: Pick<SimulationOptions, 'seed' | 'operations'>,
  faulty: () => Promise<number>,
): Promise<RunResult> {
  const onBug = (bug: unknown): void => world.violated(bug);
  process.on('unhandledRejection', onBug);
  let done = 0;
  try {
    done = await faulty();
    if (!isOver(world)) await withoutFaults(world);
  } catch (bug) {
    world.violated(bug);
  } finally {
    process.off('unhandledRejection', onBug);
  }
  if (world.violation) world.note(`violation ${world.violation.message}`);
  const { scheduler, history, faults, violation, trace } = world;
  return {
    seed,
    asked,
    operations: done,
    events: history.length,
    virtualMs: scheduler.nowMs,
    steps: scheduler.steps,
    injected: faults.injected,
    violation,
    digest: trace.digest(),
  };
}

/** Between two operations, at least, where other ledgers come and go: what they find takes time to compare. */
const RIVALS_GAP_MS = 15;

/** How many operations were done: all of them, or those up to a violation. */
export async function withFaults(world: World, operations: number, chance: SeededChance): Promise<number> {
  const { scheduler, terrain, orders, faults } = world;
  const gapMs = (world.rivals ? RIVALS_GAP_MS : 1) + 40 * chance.random() ** 3;
  for (const plan of terrain.subnets) ask(world, orders.defineSubnet(plan));
  const [first] = terrain.subnets;
  if (world.hasPods && first) actInCluster(world, () => world.users.createSubnet(first, { default: true }));
  for (let done = 0; done < operations; done += 1) {
    // Whatever follows from what was done has followed, before anything else happens.
    await settle();
    const wait = faults.strikes('time-jump')
      ? chance.random() * JUMP_MAX_MS
      : -Math.log(1 - chance.random()) * gapMs;
    const untilMs = scheduler.nowMs + Math.floor(wait);
    while (!isOver(world) && (await scheduler.step(untilMs)));
    if (isOver(world)) return done;
    world.kept?.timePassed();
    operate(world, chance);
    if (done % VIEWS_EVERY === VIEWS_EVERY - 1) perform(world, { views: 'checked' });
  }
  await settle();
  return operations;
}

function operate(world: World, chance: SeededChance): void {
  const { faults, orders, machines, processes } = world;
  if (faults.strikes('crash')) {
    const alive = [...processes.values()].filter(({ life }) => !life.isOver);
    const victim = alive[chance.below(Math.max(1, alive.length))];
    if (victim) perform(world, { crash: victim.machine.name });
  }
  if (faults.strikes('clock-step')) {
    const { name } = machines[chance.below(machines.length)] as World['machines'][number];
    perform(world, { clock: name, byMs: Math.round((chance.random() * 2 - 1) * CLOCK_STEP_MAX_MS) });
  }
  if (faults.strikes('clock-leap')) perform(world, { clocks: 'leap' });
  if (world.rivals && faults.strikes('rival-ledger')) perform(world, rivalAct(chance));
  outside(world, chance);
  const lateMs = chance.random() < 0.1 ? -chance.below(30_000) : 0;
  ask(world, orders.next(), lateMs);
}

/** A few seconds, as runs go; a replacement is noticed within that. */
const RIVAL_MAX_MS = 15_000;
const RIVALS = ['restored', 'lost', 'clone', 'second'] as const;

const rivalAct = (chance: SeededChance): RivalAct => ({
  rival: RIVALS[chance.below(RIVALS.length)] as RivalAct['rival'],
  share: chance.random(),
  forMs: 300 + Math.ceil(chance.random() ** 2 * RIVAL_MAX_MS),
});

function ask(world: World, command: LedgerCommand, offMs = 0): void {
  const commandId = `c${world.clients.sent + 1}`;
  perform(world, { ask: command, commandId, ...(offMs !== 0 && { offMs }) });
}

function outside(world: World, chance: SeededChance): void {
  const { faults, neighbours, processes } = world;
  if (faults.strikes('northbound-edit'))
    actInNorthbound(world, () => world.note(`neighbour: ${neighbours.edit()}`));
  if (faults.strikes('northbound-wipe')) perform(world, { disaster: true });
  if (faults.strikes('northbound-disconnect')) {
    const names = [...processes.values()].flatMap(({ machine, projectors }) =>
      projectors.some((one) => one instanceof OvnProjector) && chance.random() < 0.7 ? [machine.name] : [],
    );
    perform(world, { disconnect: names });
  }
  inCluster(world);
  if (faults.strikes('lock-stolen')) {
    perform(world, { stealLock: Math.ceil(chance.random() * THEFT_MAX_MS) });
  }
}

/** And how often, where there are Pods, it is one of those who run things. */
const WORKLOADS_SHARE = 0.7;

function inCluster(world: World): void {
  const { faults, users, workloads, hasKubernetes, hasPods, outside: chance } = world;
  if (!hasKubernetes) return;
  if (chance.random() < world.clusterShare)
    actInCluster(world, () =>
      world.note(`user: ${hasPods && chance.random() < WORKLOADS_SHARE ? workloads.act() : users.act()}`),
    );
  if (hasPods && faults.strikes('controllers-paused')) perform(world, { controllers: 'pause' });
  if (faults.strikes('watch-dropped')) perform(world, { watches: 'dropped' });
  if (faults.strikes('watch-silent')) perform(world, { watches: 'silent' });
  if (faults.strikes('history-compacted')) perform(world, { watches: 'compacted' });
  if (faults.strikes('kubernetes-cut')) perform(world, { kubernetes: 'cut' });
}

async function withoutFaults(world: World): Promise<void> {
  const { scheduler } = world;
  world.heal();
  await settle();
  const boundMs = scheduler.nowMs + CONVERGE_MS;
  for (;;) {
    const untilMs = Math.min(scheduler.nowMs + LOOK_EVERY_MS, boundMs);
    while (!isOver(world) && (await scheduler.step(untilMs)));
    if (isOver(world)) return;
    const unfinished = whatIsLeft(world);
    if (!unfinished) break;
    if (scheduler.nowMs >= boundMs)
      throw new Violation(
        unfinished.checker,
        `${CONVERGE_MS / 60_000} minutes after the last fault: ${unfinished.what}`,
      );
  }
  world.checked(() => checkViews(world));
  if (ovnProjectorsOf(world).length > 0) await checkNorthbound(world, () => isAllDone(world));
}

/** What there is to be written once nothing goes wrong is less than this. */
const WRITES_AT_REST_MAX = 1_500;
/** More happenings than this at one time lead to nothing. */
const STEPS_AT_ONCE_MAX = 3_000;

/** Whether there is nothing to go on for. */
export function isOver(world: World): boolean {
  const { scheduler } = world;
  if (world.violation) return true;
  for (const where of ['northbound', 'kubernetes'] as const) {
    const writes = world.writesAtRest[where];
    if (writes <= WRITES_AT_REST_MAX) continue;
    world.violated(new Violation(`${where}-converges`, `${writes} writes since the last fault, and no end`));
    return true;
  }
  if (scheduler.stepsNow <= STEPS_AT_ONCE_MAX) return false;
  world.violated(
    new Violation('time-passes', `${scheduler.stepsNow} things happened at ${scheduler.nowMs} ms`),
  );
  return true;
}

/** Whether there is nothing left to be done. */
export const isAllDone = (world: World): boolean => whatIsLeft(world) === undefined;

/** What ended the run, if anything. */
export const violationIn = (world: World): string | undefined =>
  isOver(world) ? world.violation?.message : undefined;

interface Unfinished {
  readonly checker: Checker;
  readonly what: string;
}

function whatIsLeft(world: World): Unfinished | undefined {
  const { clients, processes, history, cluster, hasKubernetes } = world;
  const fenced = fencedIn(world);
  if (fenced !== undefined) return { checker: 'which-ledger', what: fenced };
  const [waiting] = clients.unanswered.keys();
  if (waiting !== undefined)
    return {
      checker: 'everything-answered',
      what: `${waiting} and ${clients.unanswered.size - 1} others are not answered`,
    };
  for (const { reader, life, isReady } of processes.values()) {
    if (!isReady) return { checker: 'everything-answered', what: `${life.name} does not serve` };
    if (Number(reader.position ?? 0) < history.length)
      return { checker: 'view-fold', what: `the view of ${life.name} is behind` };
  }
  const projectors = ovnProjectorsOf(world);
  if (projectors.some((projector) => !projector.isSettled()))
    return { checker: 'northbound-converges', what: 'a projector is not settled' };
  if (projectors.length > 0 && !projectors.some(({ isActive }) => isActive))
    return { checker: 'northbound-converges', what: 'no projector is the active one' };
  const difference = hasKubernetes ? kubernetesDifference(cluster, history.view) : undefined;
  if (difference !== undefined) return { checker: 'kubernetes-converges', what: difference };
  const ofUses = hasKubernetes ? usesDifference(cluster, history.view) : undefined;
  if (ofUses !== undefined) return { checker: 'kubernetes-converges', what: ofUses };
  const ofPods = podsDifferenceIn(world);
  return ofPods === undefined ? undefined : { checker: 'pods-converge', what: ofPods };
}

/** A fence on the right ledger never stands. */
function fencedIn({ processes }: World): string | undefined {
  for (const { sides, life } of processes.values())
    for (const { side, state, why = '' } of sides?.states ?? [])
      if (state !== 'agrees') return `the ${side} is ${state} for ${life.name} ${why}`;
  return undefined;
}

/** A projector that does not know its cluster gives nothing up (infra/docs/adr/0017). */
function podsDifferenceIn(world: World): string | undefined {
  const { cluster, controllers, history, scheduler, machines, hasPods } = world;
  const isGuarded = projectorsOf(world).some(
    (projector) =>
      projector instanceof KubernetesRole && projector.pods?.status.trouble?.code === UNKNOWN_CLUSTER,
  );
  if (!hasPods || isGuarded) return undefined;
  const nowMs = EPOCH_MS + scheduler.nowMs + (machines[0]?.wall.offMs ?? 0);
  return podsDifference({ cluster, controllers, view: history.view, nowMs });
}

const UNKNOWN_CLUSTER = 'kubernetes-objects-missing';

const projectorsOf = ({ processes }: World): RunningProjector[] =>
  [...processes.values()].flatMap(({ projectors }) => projectors);

const ovnProjectorsOf = (world: World): OvnProjector[] =>
  projectorsOf(world).filter((projector) => projector instanceof OvnProjector);
