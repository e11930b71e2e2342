// A projector at work in virtual time: a sandboxed cluster and a ledger in memory. Projectors come and go; the cluster and the ledger
// stay.
import { ObjectProjector, type ObjectProjectorOptions } from '../projector/object-projector';
import type { ProjectorFault } from '@holdfast/projection';
import { MemoryLedger } from '@holdfast/ledger/testing';
import { type SandboxConnection, SandboxWorld } from '@holdfast/kube-api/testing';

export interface StartedProjector {
  readonly projector: ObjectProjector;
  readonly connection: SandboxConnection;
  readonly faults: readonly ProjectorFault[];
  /** As kill -9: what is under way gets no answer, and nothing else follows. */
  crash(): Promise<void>;
  stop(): Promise<void>;
}

export class ProjectorWorld extends SandboxWorld {
  readonly ledger: MemoryLedger;

  /** @param ledger of another world: this one is another cluster, for the same ledger */
  constructor(definitions?: string, ledger?: MemoryLedger) {
    super(definitions);
    this.ledger = ledger ?? new MemoryLedger({ clock: this.clock });
  }

  /** Resolves when the projector has done what there was to do. */
  async start(options: Partial<ObjectProjectorOptions> = {}): Promise<StartedProjector> {
    const { clock, chance, ledger } = this;
    const connection = this.sandbox.connect();
    const faults: ProjectorFault[] = [];
    const onFault = (fault: ProjectorFault): void => void faults.push(fault);
    const projector = new ObjectProjector({
      api: connection.api,
      ledger,
      clock,
      chance,
      onFault,
      ...options,
    });
    const stop = async (): Promise<void> => {
      await Promise.all([projector.stop(), connection.api.close()]);
    };
    const crash = async (): Promise<void> => {
      connection.rest.cut();
      await stop();
      ledger.restart();
    };
    void projector.start();
    await this.settle();
    return { projector, connection, faults, stop, crash };
  }
}
