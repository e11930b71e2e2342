// Wires the projectors of a Kubernetes cluster: one connection, one way into the ledger, and who uses them.
import { systemChance, systemClock } from '@holdfast/clock';
import type { EventStore } from '@holdfast/event-store';
import { activeApi, type KubernetesApi, THROUGH_KUBERNETES } from '@holdfast/kube-api';
import { LedgerReader, projectorLedger } from '@holdfast/ledger';
import { type DynamicModule, Global, Module, type Provider } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { Config } from '../../config';
import { ExecuteCommand } from '../../ledger/execute-command';
import { EVENT_STORE } from '../../ledger/ledger.module';
import { DeletionGuardController } from './deletion-guard.controller';
import { holderIdentity } from './holder-identity';
import { KubernetesLease } from './kubernetes-lease';
import { KUBERNETES_API, KUBERNETES_LEDGER } from './kubernetes-tokens';
import { KubernetesProjector } from './kubernetes-projector';
import { PodProjector } from './pod-projector';

@Global()
@Module({})
export class KubeProjectorModule {
  static with(config: Config): DynamicModule {
    const { kubeconfig, pods } = config;
    const cluster =
      kubeconfig === 'in-cluster' ? { inCluster: true as const } : { kubeconfigFile: kubeconfig as string };
    const projectors = [KubernetesProjector, ...(pods ? [PodProjector] : [])];
    return {
      module: KubeProjectorModule,
      controllers: [DeletionGuardController],
      providers: [lease(config, cluster), api(cluster), ledger(), ...projectors],
      exports: [KubernetesLease, KUBERNETES_API, ...projectors],
    };
  }
}

type Cluster = { readonly inCluster: true } | { readonly kubeconfigFile: string };

/** Once the store is open: whatever lock it has tells which holders are dead. */
function lease({ lease: ref, store }: Config, cluster: Cluster): Provider {
  return {
    provide: KubernetesLease,
    inject: [EVENT_STORE],
    useFactory: async (_: EventStore): Promise<KubernetesLease> => {
      const { clientNodeLeases } = await import('@holdfast/kube-api/client-node');
      const leases = clientNodeLeases({ cluster, clock: systemClock, chance: systemChance });
      return new KubernetesLease(leases, ref, holderIdentity(store, systemChance.uuid()));
    },
  };
}

function api(cluster: Cluster): Provider {
  return {
    provide: KUBERNETES_API,
    inject: [KubernetesLease],
    useFactory: async (held: KubernetesLease): Promise<KubernetesApi> => {
      // Only where it is used: the client takes half a second to load.
      const { clientNodeKubernetesApi } = await import('@holdfast/kube-api/client-node');
      const connected = clientNodeKubernetesApi({
        ...{ cluster, component: 'holdfast', clock: systemClock, chance: systemChance },
      });
      return activeApi(connected, held);
    },
  };
}

function ledger(): Provider {
  return {
    provide: KUBERNETES_LEDGER,
    inject: [CommandBus, LedgerReader, KubernetesLease],
    useFactory: (commands: CommandBus, reader: LedgerReader, held: KubernetesLease) =>
      projectorLedger(
        (envelope) => held.whileActive(() => commands.execute(new ExecuteCommand(envelope))),
        reader,
        THROUGH_KUBERNETES,
      ),
  };
}
