// The product's projector of the Northbound in one process.
import { comparePositions } from '@holdfast/event-store';
import { NorthboundReconciler } from '@holdfast/ovn';
import { NorthboundSession } from '../northbound-session';
import type { ProjectorProcess, RunningProjector } from '../process';
import type { Surroundings } from '../surroundings';

export class OvnProjector implements RunningProjector {
  readonly session: NorthboundSession;
  readonly reconciler: NorthboundReconciler;

  constructor(
    private readonly process: ProjectorProcess,
    world: Surroundings,
  ) {
    const { life, reader, chance, identity } = process;
    const { northbound, lock, planted } = world;
    this.session = new NorthboundSession(world, life, northbound, lock);
    this.reconciler = new NorthboundReconciler({
      northbound: planted.northbound?.(this.session, world) ?? this.session,
      view: reader.view,
      onFacts: (listener) => reader.onFacts(listener),
      comparePositions,
      ledger: planted.northboundIdentity?.(identity) ?? identity,
      clock: life.clock,
      chance,
      onPermission: () => this.permissionChanged(),
    });
  }

  start(): void {
    this.reconciler.start();
  }

  private permissionChanged(): void {
    const { sides, isSoleWriter } = this.process;
    const { fence, wasEverActive } = this.reconciler;
    if (fence.verdict) sides?.fence('northbound', fence.verdict);
    else if (fence.state === 'open' && (wasEverActive || !isSoleWriter)) sides?.agrees('northbound');
  }

  died(): void {
    this.session.died();
  }

  get isActive(): boolean {
    return this.reconciler.status().isActive;
  }

  isSettled(): boolean {
    const { connected, isActive, due, position } = this.reconciler.status();
    if (!connected) return false;
    return !isActive || (due === 0 && position === this.process.reader.view.position);
  }
}
