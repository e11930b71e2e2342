// The product's projectors of Kubernetes in one process, over one connection that fails: that of Subnets, Vips, pools and
// rules, and beside it, where there are Pods, the one that gives them their addresses.
import { ObjectProjector } from '@holdfast/kube';
import { PodAddressProjector } from '@holdfast/pods';
import { checkPoolChoice } from '../../check/pods/pool-choice';
import { ClusterConnection } from '../cluster-connection';
import type { RunningProjector, Process } from '../process';
import { ledgerOf } from './ledger-port';
import type { Surroundings } from '../surroundings';

export class KubernetesRole implements RunningProjector {
  readonly connection: ClusterConnection;
  readonly projector: ObjectProjector;
  readonly pods: PodAddressProjector | undefined;

  constructor(process: Process, world: Surroundings) {
    const { planted } = world;
    const { life, chance } = process;
    this.connection = new ClusterConnection(world, life);
    const { api } = this.connection.sandbox;
    const ledger = ledgerOf(process);
    const time = { clock: life.clock, chance };
    this.projector = new ObjectProjector({
      api: planted.kubernetes?.(api, world) ?? api,
      ledger: planted.kubernetesLedger?.(ledger, world) ?? ledger,
      ...time,
    });
    if (!world.hasPods) return;
    const ofPods = ledgerOf(process, (order) => world.checked(() => checkPoolChoice(order, ledger.view)));
    this.pods = new PodAddressProjector({
      api: planted.podsApi?.(api, world) ?? api,
      ledger: planted.podsLedger?.(ofPods, world) ?? ofPods,
      ...time,
      ...planted.podsOptions,
    });
  }

  start(): void {
    void this.projector.start();
    void this.pods?.start();
  }

  died(): void {
    this.connection.died();
  }

  isSettled(): boolean {
    return [this.projector, this.pods].every(
      (projector) => !projector || (projector.status.synced && projector.status.due === 0),
    );
  }
}
