// The whole in one process, over virtual time: the log, the processes of the control plane, their clients, and what is
// outside. Everything that happens comes from the seed.
import { SeededChance } from '@holdfast/clock/testing';
import type { Side, SubnetEvent } from '@holdfast/ipam';
import type { KubernetesObject } from '@holdfast/kube-api';
import { Answers } from '../check/answers';
import { History } from '../check/history';
import { MarkBook } from '../check/mark-book';
import type { LedgerOutcome } from '@holdfast/ledger';
import { Draws, type KeptDraws, ReplayedDraws } from '../engine/draws';
import { SeededFaults } from '../engine/faults';
import { Scheduler } from '../engine/scheduler';
import { type Rates, drawRates } from '../engine/swarm';
import type { Trace } from '../engine/trace';
import { Violation } from '../engine/violation';
import { Bus } from './bus';
import { Clients } from './clients';
import { ClockLeaps } from './clock-leaps';
import { ObjectOwners } from '../check/kubernetes';
import { Grants } from '../check/pods/grants';
import { PodOwners } from '../check/pods/pod-owners';
import { KubernetesRole } from './projectors/kubernetes-projector';
import { Cluster } from '../kubernetes/cluster';
import { KubernetesUsers } from '../kubernetes/users';
import { Controllers } from '../kubernetes/workloads/controllers';
import { WorkloadUsers } from '../kubernetes/workloads/workload-users';
import type { KeptSteps } from './act';
import { EPOCH_MS, Life } from './life';
import { OvnProjector } from './projectors/ovn-projector';
import { NorthboundChecker } from '../check/northbound';
import { DurableLog } from './durable-log';
import { DECIDERS } from './ledger-role';
import type { Order } from '../orders/order';
import { LabelOrders } from '../orders/label-orders';
import { Orders } from '../orders/orders';
import { NOTHING_PLANTED, type Planted } from './surroundings';
import { NorthboundDatabase } from '../northbound/database';
import { NorthboundLock } from '../northbound/lock';
import { describeChange } from '../kubernetes/picture';
import { Neighbours } from '../northbound/neighbours';
import { type ProjectorMaker, type Machine, Process } from './process';
import { Rivals, type RivalsWorld } from './rivals/rivals';
import { type Terrain, drawTerrain } from '../orders/terrain';

export interface WorldOptions {
  readonly seed: number;
  readonly trace: Trace;
  readonly planted?: Planted;
  /** Instead of those that the seed draws. */
  readonly rates?: Rates;
  /** The same for the faults altogether. */
  readonly faults?: SeededFaults;
  readonly scenery?: Scenery;
  /** Keeps what is drawn. */
  readonly draws?: Draws;
  /** And what is done. */
  readonly kept?: KeptSteps;
  /** Is told: what it does not keep of draws follows from their names. */
  readonly story?: StoryWorld;
}

/** Which processes there are. */
export interface Scenery {
  /** Processes that take clients' commands. */
  readonly writers: number;
  /** Projectors of the Northbound: in the first writer's process, or so many of their own. */
  readonly projectors: 'inside' | number;
  readonly hasKubernetes: boolean;
  /** Whether Pods get their addresses there. */
  readonly hasPods: boolean;
  /** Whether the store takes appends of several processes, and of those that are dead by now; else it is one's own. */
  readonly isShared: boolean;
  /** Whether other ledgers come to the sides. */
  readonly hasRivals?: boolean;
}

/** What a story tells of its world. */
export interface StoryWorld extends KeptDraws {
  readonly scenery: Scenery;
  readonly windowMs: number;
}

/** For how long commands are remembered: short, so that a run sees windows end. */
const WINDOWS_MS = [20_000, 120_000, 600_000];
/** Until a dead process is started again, at most. */
const RESTART_MAX_MS = 3_000;
/** Each may be in doubt once, and rivals hand back; more is a loop that nobody leaves. */
const ENDS_AT_REST_MAX = 100;

/** In how many worlds there is a cluster. */
const KUBERNETES_RATE = 0.5;
/** In how many worlds with a side, and where that fault is not off, other ledgers come to it. */
const RIVALS_RATE = 0.6;
/** And in how many of those there are Pods. */
const PODS_RATE = 0.6;

export class World implements RivalsWorld {
  readonly scheduler = new Scheduler();
  readonly chance: SeededChance;
  readonly draws: Draws;
  readonly trace: Trace;
  readonly planted: Planted;
  readonly faults: SeededFaults;
  readonly history = new History(() => EPOCH_MS + this.scheduler.nowMs);
  readonly log: DurableLog;
  readonly markBook: MarkBook | undefined;
  readonly rivals: Rivals | undefined;
  readonly deciders = DECIDERS;
  readonly windowMs: number;
  readonly terrain: Terrain;
  readonly orders: Orders;
  readonly clients: Clients;
  readonly answers: Answers;
  /** What is outside draws from its own chance. */
  readonly outside: SeededChance;
  readonly northbound = new NorthboundDatabase();
  readonly lock: NorthboundLock;
  readonly neighbours: Neighbours;
  readonly northboundChecker: NorthboundChecker;
  readonly cluster: Cluster;
  readonly users: KubernetesUsers;
  readonly controllers: Controllers;
  readonly workloads: WorkloadUsers;
  readonly grants: Grants;
  /** Whether anybody minds the cluster. */
  readonly hasKubernetes: boolean;
  readonly hasPods: boolean;
  readonly hasLease: boolean;
  readonly machines: Machine[] = [];
  readonly processes = new Map<string, Process>();
  readonly leaps: ClockLeaps;
  violation: Violation | undefined;
  /** Writes of projectors since the last fault; what never comes to rest writes for ever. */
  readonly writesAtRest = { northbound: 0, kubernetes: 0 };
  private endsAtRest = 0;
  /** See `Scenery`. */
  readonly isShared: boolean;
  readonly scenery: Scenery;
  /** What was done in it, if that is kept. */
  readonly kept: KeptSteps | undefined;
  /** How often somebody does something in the cluster while a client asks for something: each costs what ten others do. */
  readonly clusterShare: number;
  private isHealed = false;

  constructor({ seed, trace, story, planted = NOTHING_PLANTED, rates, faults, ...more }: WorldOptions) {
    this.draws = story ? new ReplayedDraws(story) : (more.draws ?? new Draws());
    this.chance = new SeededChance(seed);
    this.trace = trace;
    this.kept = more.kept;
    this.planted = planted;
    const drawn = drawRates(this.fork('rates'));
    const ofSeed = new SeededFaults(this.fork('faults'), rates ?? drawn, this.draws);
    this.faults = faults ?? ofSeed;
    const windowMs = WINDOWS_MS[this.chance.below(WINDOWS_MS.length)] as number;
    this.windowMs = story?.windowMs ?? windowMs;
    this.terrain = drawTerrain(this.fork('terrain'));
    this.orders = new Orders(this.terrain, this.fork('orders'), new SeededChance(seed ^ OF_LABELS));
    this.outside = this.fork('outside');
    this.lock = planted.lock?.(new NorthboundLock()) ?? new NorthboundLock();
    this.neighbours = new Neighbours(this.northbound, this.terrain, this.fork('neighbours'));
    this.northboundChecker = new NorthboundChecker(this.neighbours);
    const clusterClock = new Life(
      'cluster',
      this.scheduler,
      { offMs: 0 },
      () => false,
      () => undefined,
    ).clock;
    this.cluster = new Cluster(clusterClock, this.fork('cluster'));
    const ofStory = story?.scenery ?? more.scenery;
    this.scenery =
      ofStory ??
      drawScenery(this.chance, (rates ?? drawn)['rival-ledger'] > 0 && hasRivalsBy(seed ^ OF_RIVALS));
    const { writers, projectors, hasKubernetes, hasPods, isShared } = this.scenery;
    this.markBook = this.scenery.hasRivals ? new MarkBook() : undefined;
    this.log = this.logOf();
    this.hasPods = hasKubernetes && hasPods;
    this.clusterShare = this.hasPods ? 0.03 + 0.17 * this.chance.random() ** 2 : 0.06;
    this.users = new KubernetesUsers(
      ...([this.cluster, this.terrain, this.fork('users'), this.hasPods] as const),
      new LabelOrders(this.terrain, new SeededChance(seed ^ OF_LABELS)),
    );
    this.controllers = new Controllers(this.cluster, this.scheduler, this.fork('controllers'), clusterClock);
    this.workloads = new WorkloadUsers(this.cluster, this.controllers, this.terrain, this.fork('workloads'));
    this.grants = new Grants(this.cluster, (subnet, holder) =>
      this.history.owners.book(subnet).held.get(holder),
    );
    for (let at = 0; at < writers; at += 1)
      this.machines.push({
        name: `ledger-${at}`,
        wall: { offMs: 0 },
        takesOrders: true,
        projectors: [],
        sides: [],
      });
    this.addProjectors(projectors);
    this.hasKubernetes = hasKubernetes;
    this.isShared = isShared;
    this.hasLease = hasKubernetes && (writers > 1 || this.markBook !== undefined);
    for (let at = 0; hasKubernetes && at < writers; at += 1)
      this.addProjector(at, 'kubernetes', (process, world) => new KubernetesRole(process, world));
    this.answers = new Answers(this.history, this.windowMs);
    this.clients = this.clientsOf();
    this.watchLog();
    if (this.hasPods) this.watchPods();
    this.leaps = new ClockLeaps(this, new SeededChance(this.draws.seed('leaps', () => seed ^ OF_LEAPS)));
    this.rivals = this.markBook && this.rivalsOf(seed);
    for (const machine of this.machines) this.boot(machine, 1);
  }

  private logOf(): DurableLog {
    return new DurableLog(
      this.history,
      (check) => this.checked(check),
      (reply, writer) => this.answers.remembered(reply, writer),
      this.markBook,
    );
  }

  private clientsOf(): Clients {
    const bus = new Bus(this.scheduler, this.faults);
    return new Clients(
      this.scheduler,
      this.planted.bus?.(bus, this) ?? bus,
      (order, answer) => this.deliver(order, answer),
      (order, outcome, isFirst) =>
        this.note(`${order.commandId} ${isFirst ? 'answered' : 'again'} ${outcomeText(outcome)}`),
    );
  }

  private watchLog(): void {
    this.history.onLanded(({ recorded, event, commandId }) =>
      this.note(
        `landed ${recorded.position} ${recorded.stream} ${recorded.version} ${event.type} by ${commandId}: ${recorded.data} ${recorded.id}`,
      ),
    );
    const owners = new ObjectOwners(this.cluster);
    this.history.onLanded((landed) => owners.landed(landed));
  }

  /** Chance for one purpose, so that what one part draws does not change what another does. */
  fork(purpose: string): SeededChance {
    return new SeededChance(this.draws.seed(purpose, () => this.chance.below(2 ** 31)));
  }

  private drawn(what: string): number {
    return this.draws.number(what, () => this.chance.random());
  }

  note(what: string): void {
    this.trace.add(this.scheduler.nowMs, what);
  }

  /** Runs a check; the first violation is the run's. */
  checked(check: () => void): void {
    try {
      check();
    } catch (found) {
      this.violated(found);
    }
  }

  violated(found: unknown): void {
    const violation =
      found instanceof Violation
        ? found
        : new Violation('no-bug-thrown', found instanceof Error ? `${found.stack}` : String(found), {
            cause: found,
          });
    this.violation ??= violation;
  }

  /** What a transport was told instead of an answer; a bug is no fault. */
  faulted(fault: unknown): void {
    const isFault = fault instanceof Error && 'retryable' in fault;
    if (isFault) this.note(`fault ${(fault as { code?: string }).code}`);
    else this.violated(fault);
  }

  crash(process: Process): void {
    process.life.end();
  }

  private died({ machine, incarnation, life, projectors }: Process): void {
    for (const projector of projectors) projector.died();
    this.note(`${life.name} dies`);
    if (this.isHealed) this.endsAtRest += 1;
    if (this.endsAtRest > ENDS_AT_REST_MAX)
      return this.violated(
        new Violation('time-passes', `${life.name} ends, as ${this.endsAtRest} did since the last fault`),
      );
    const delayMs = this.isHealed ? 0 : Math.ceil(this.drawn(`${life.name} is away`) * RESTART_MAX_MS);
    const boot = (): void => this.boot(machine, incarnation + 1);
    this.scheduler.after(delayMs, () => (this.rivals ? this.rivals.whenRightMayRun(boot) : boot()));
  }

  /** Nothing goes wrong any more. */
  heal(): void {
    this.isHealed = true;
    this.faults.heal();
    this.leaps.heal();
    this.rivals?.heal();
    this.controllers.heal();
    this.note('healed');
  }

  /** A process of ours wrote to an object. */
  annotationsWritten({ path, body }: { readonly path: string; readonly body?: unknown }, now: unknown): void {
    const { annotations } = ((body ?? {}) as Partial<KubernetesObject>).metadata ?? {};
    if (!this.hasPods || !annotations || !path.includes('/pods/')) return;
    this.checked(() => this.grants.annotationsWritten(now as KubernetesObject, annotations));
  }

  private watchPods(): void {
    const { cluster, controllers, history, scheduler } = this;
    cluster.picture.onChange((change) => this.note(`cluster: ${describeChange(change)}`));
    const owners = new PodOwners(cluster, controllers, history, () => scheduler.nowMs);
    history.onLanded((landed) => {
      if (landed.command) this.grants.landed(landed.id, landed.event as SubnetEvent);
      owners.landed(landed);
    });
  }

  private addProjectors(projectors: Scenery['projectors']): void {
    const makeOvn: ProjectorMaker = (process, world) => new OvnProjector(process, world);
    if (projectors === 'inside') return this.addProjector(0, 'northbound', makeOvn);
    for (let at = 0; at < projectors; at += 1)
      this.machines.push({
        name: `ovn-${at}`,
        wall: { offMs: 0 },
        takesOrders: false,
        projectors: [makeOvn],
        sides: ['northbound'],
      });
  }

  private addProjector(at: number, side: Side, projector: ProjectorMaker): void {
    const machine = this.machines[at] as Machine;
    const { projectors, sides } = machine;
    this.machines[at] = { ...machine, projectors: [...projectors, projector], sides: [...sides, side] };
  }

  /** To which anybody writes. */
  get sides(): readonly Side[] {
    return [...new Set(this.machines.flatMap(({ sides }) => sides))];
  }

  get isSpread(): boolean {
    return this.machines.length > 1;
  }

  private rivalsOf(seed: number): Rivals {
    const chance = new SeededChance(this.draws.seed('rivals', () => seed ^ OF_RIVALS));
    return new Rivals(this, new Orders(this.terrain, chance, chance), chance);
  }

  wrote(where: 'northbound' | 'kubernetes'): void {
    if (this.isHealed) this.writesAtRest[where] += 1;
  }

  private boot(machine: Machine, incarnation: number): void {
    const process = new Process(machine, incarnation, this, (dead) => this.died(dead));
    this.processes.set(machine.name, process);
    this.note(`${process.life.name} starts`);
    process.start();
  }

  /** To any process that serves now; to none if there is none. */
  private deliver(order: Order, answer: (outcome: LedgerOutcome | 'fault') => void): void {
    const serving = [...this.processes.values()].filter(
      ({ isReady, life, machine }) => isReady && !life.isOver && machine.takesOrders,
    );
    const at = serving.length > 1 ? this.drawn(`${order.commandId} goes to`) * serving.length : 0;
    const process = serving[Math.floor(at)];
    if (process) this.checked(() => process.handle(order, answer));
  }
}

const outcomeText = (outcome: LedgerOutcome): string =>
  outcome.rejected ? outcome.rejected.code : `at ${outcome.position}`;

/** So have clocks that leap. */
const OF_LEAPS = 2;
/** And other ledgers. */
const OF_RIVALS = 3;

/** Labels have a chance of their own; which one is as good as another, and decides in which seeds rare bugs are caught. */
const OF_LABELS = 1;

const hasRivalsBy = (seed: number): boolean => new SeededChance(seed).random() < RIVALS_RATE;

function drawScenery(chance: SeededChance, mayHaveRivals: boolean): Scenery {
  const writers = chance.random() < 0.15 ? 2 : 1;
  const projectors = ([0, 'inside', 1, 2] as const)[chance.below(4)] as Scenery['projectors'];
  const isShared = writers > 1 || chance.random() < 0.3;
  const hasKubernetes = chance.random() < KUBERNETES_RATE;
  const hasPods = chance.random() < PODS_RATE;
  const hasRivals = mayHaveRivals && (hasKubernetes || projectors !== 0);
  return { writers, projectors, isShared, hasKubernetes, hasPods, ...(hasRivals && { hasRivals }) };
}
