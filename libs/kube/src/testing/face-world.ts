// A face at work in virtual time: a sandboxed cluster and a ledger in memory. Faces come and go; the cluster and the ledger
// stay.
import { KubernetesFace, type KubernetesFaceOptions } from '../projector/kubernetes-face';
import type { FaceFault } from '@holdfast/projection';
import { MemoryLedger } from '@holdfast/projection/testing';
import type { SandboxConnection } from '@holdfast/kube-api/testing';
import { SandboxWorld } from '@holdfast/kube-api/testing';

export interface RunningFace {
  readonly face: KubernetesFace;
  readonly connection: SandboxConnection;
  readonly faults: readonly FaceFault[];
  /** As kill -9: what is under way gets no answer, and nothing else follows. */
  crash(): Promise<void>;
  stop(): Promise<void>;
}

export class FaceWorld extends SandboxWorld {
  readonly ledger: MemoryLedger;

  /** @param ledger of another world: this one is another cluster, for the same ledger */
  constructor(definitions?: string, ledger?: MemoryLedger) {
    super(definitions);
    this.ledger = ledger ?? new MemoryLedger({ clock: this.clock });
  }

  /** Resolves when the face has done what there was to do. */
  async start(options: Partial<KubernetesFaceOptions> = {}): Promise<RunningFace> {
    const { clock, chance, ledger } = this;
    const connection = this.sandbox.connect();
    const faults: FaceFault[] = [];
    const onFault = (fault: FaceFault): void => void faults.push(fault);
    const face = new KubernetesFace({ api: connection.api, ledger, clock, chance, onFault, ...options });
    const stop = async (): Promise<void> => {
      await Promise.all([face.stop(), connection.api.close()]);
    };
    const crash = async (): Promise<void> => {
      connection.rest.cut();
      await stop();
      ledger.restart();
    };
    void face.start();
    await this.settle();
    return { face, connection, faults, stop, crash };
  }
}
