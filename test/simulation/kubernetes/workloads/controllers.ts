// The part of the cluster's own controllers: StatefulSets get their Pods and lose them, machines their instances and
// launchers, what nobody owns is collected, nodes run Pods and end them. They do one thing after the other, some time
// after they may, and now and then nothing for a while.
import type { Clock } from '@holdfast/clock';
import type { SeededChance } from '@holdfast/clock/testing';
import type { Scheduler } from '../../engine/scheduler';
import { type Cluster, INSTANCES, MACHINES, PODS, STATEFUL_SETS } from '../cluster';
import { objectKindOf } from '../picture';
import { Collector } from './collector';
import type { ControllerPart } from './controller-part';
import { Machines } from './machines';
import { Nodes } from './nodes';
import { StatefulSets } from './stateful-sets';

const CONCERNED = new Set([PODS, STATEFUL_SETS, MACHINES, INSTANCES].map(objectKindOf));
/** At one time. */
const CHORES_MAX = 4;
const PAUSE_MAX_MS = 40_000;

export class Controllers {
  readonly nodes: Nodes;
  readonly machines: Machines;
  private readonly parts: readonly ControllerPart[];
  private readonly workMs: number;
  private isDue = false;
  private pausedUntilMs = 0;

  constructor(
    cluster: Cluster,
    private readonly scheduler: Scheduler,
    private readonly chance: SeededChance,
    clock: Clock,
  ) {
    const nowText = (): string => `${new Date(clock.now()).toISOString().slice(0, 19)}Z`;
    this.nodes = new Nodes(cluster, chance);
    this.machines = new Machines(cluster, chance, nowText);
    this.parts = [new StatefulSets(cluster, chance), this.machines, new Collector(cluster), this.nodes];
    this.workMs = 5 + 400 * chance.random() ** 3;
    cluster.picture.onChange(({ kind }) => {
      if (CONCERNED.has(kind)) this.wake();
    });
  }

  /** Something may be to be done that no object tells of. */
  wake(): void {
    if (this.isDue) return;
    this.isDue = true;
    const waitMs = Math.max(this.pausedUntilMs - this.scheduler.nowMs, 0);
    this.scheduler.after(Math.ceil(waitMs + this.chance.random() * this.workMs), () => this.work());
  }

  /** Their process is away for a while. */
  pause(): void {
    this.pausedUntilMs = this.scheduler.nowMs + Math.ceil(this.chance.random() * PAUSE_MAX_MS);
  }

  heal(): void {
    this.pausedUntilMs = 0;
    this.nodes.heal();
    this.machines.heal();
    this.isDue = false;
    this.wake();
  }

  isIdle(): boolean {
    return this.parts.every((part) => part.chores().length === 0);
  }

  private work(): void {
    this.isDue = false;
    const count = 1 + this.chance.below(CHORES_MAX);
    for (let done = 0; done < count; done += 1) {
      const chores = this.parts.flatMap((part) => part.chores());
      const chore = chores[this.chance.below(Math.max(1, chores.length))];
      if (!chore) return;
      chore();
    }
    this.wake();
  }
}
