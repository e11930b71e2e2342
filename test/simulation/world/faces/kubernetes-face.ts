// The product's Kubernetes face in one process, over a connection that fails.
import { KubernetesFace, type Ledger } from '@holdfast/kube';
import { ClusterConnection } from '../kubernetes/connection';
import type { Face, Process } from '../process';
import type { World } from '../world';

/** As the control plane waits for its view (apps/control-plane, kubernetes-ledger.ts). */
const BEHIND_MAX_MS = 5_000;

export class KubernetesRole implements Face {
  readonly connection: ClusterConnection;
  readonly face: KubernetesFace;

  constructor(process: Process, world: World) {
    const { planted } = world;
    const { life, chance } = process;
    this.connection = new ClusterConnection(world, life);
    const { api } = this.connection.sandbox;
    const ledger = ledgerOf(process);
    this.face = new KubernetesFace({
      api: planted.kubernetes?.(api, world) ?? api,
      ledger: planted.kubernetesLedger?.(ledger, world) ?? ledger,
      clock: life.clock,
      chance,
    });
  }

  start(): void {
    void this.face.start();
  }

  died(): void {
    this.connection.died();
  }

  isSettled(): boolean {
    return this.face.status.synced && this.face.status.due === 0;
  }
}

function ledgerOf({ reader, ledger }: Process): Ledger {
  return {
    view: reader.view,
    execute: async (order, name) => {
      const outcome = await ledger.execute({ actor: { name, through: 'kubernetes' }, command: order });
      return outcome.rejected ? { rejected: outcome.rejected } : { position: outcome.position };
    },
    hasReached: (position) => reader.hasReached(position, BEHIND_MAX_MS),
    onFacts: (listener) => reader.onFacts(listener),
  };
}
