// The product's projector of the Northbound in one process.
import { comparePositions } from '@holdfast/event-store';
import { NorthboundReconciler } from '@holdfast/ovn';
import { NorthboundSession } from '../northbound-session';
import type { RunningProjector, Process } from '../process';
import type { Surroundings } from '../surroundings';

export class OvnProjector implements RunningProjector {
  readonly session: NorthboundSession;
  readonly reconciler: NorthboundReconciler;

  constructor(
    private readonly process: Process,
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
      ledger: identity,
      clock: life.clock,
      chance,
    });
  }

  start(): void {
    this.reconciler.start();
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
