// Wires the projectors of a Kubernetes cluster: one connection, one way into the ledger, and who uses them.
import { systemChance, systemClock } from '@holdfast/clock';
import { type KubernetesApi, THROUGH_KUBERNETES } from '@holdfast/kube-api';
import type { ClusterApi } from '@holdfast/kube-api/client-node';
import { LedgerIdentity, LedgerReader, projectorLedger, SideComparisons } from '@holdfast/ledger';
import { type DynamicModule, Global, Module, type Provider } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { planeClock } from '../../clock/plane-clock';
import type { Config } from '../../config';
import { VERSION } from '../../program';
import { ExecuteCommand } from '../../ledger/execute-command';
import { hasOtherWriters } from '../../ledger/open-store';
import { DeletionGuardController } from './deletion-guard.controller';
import { type NamedCluster, clusterOf } from '../../cluster-source';
import { holderIdentity } from './holder-identity';
import { KubernetesLease } from './kubernetes-lease';
import { KubernetesMark, markedApi } from './kubernetes-mark';
import { CLUSTER_API, KUBERNETES_API, KUBERNETES_LEDGER } from './kubernetes-tokens';
import { KubernetesProjector } from './kubernetes-projector';
import { PodProjector } from './pod-projector';

@Global()
@Module({})
export class KubeProjectorModule {
  static with(config: Config): DynamicModule {
    const { kubeconfig, pods } = config;
    const cluster = clusterOf(kubeconfig as string);
    const projectors = [KubernetesProjector, ...(pods ? [PodProjector] : [])];
    return {
      module: KubeProjectorModule,
      controllers: [DeletionGuardController],
      providers: [
        lease(config, cluster),
        clusterApi(cluster),
        mark(config, cluster),
        api(),
        ledger(),
        ...projectors,
      ],
      exports: [KubernetesLease, KubernetesMark, KUBERNETES_API, ...projectors],
    };
  }
}

/** Once the store is open: whatever lock it has tells which holders are dead. */
function lease({ lease: ref, store }: Config, cluster: NamedCluster): Provider {
  return {
    provide: KubernetesLease,
    inject: [LedgerIdentity],
    useFactory: async ({ incarnation }: LedgerIdentity): Promise<KubernetesLease> => {
      const { clientNodeLeases } = await import('@holdfast/kube-api/client-node');
      const leases = clientNodeLeases({
        ...{ cluster, version: VERSION, clock: systemClock, chance: systemChance },
      });
      return new KubernetesLease(leases, ref, holderIdentity(store, incarnation));
    },
  };
}

function clusterApi(cluster: NamedCluster): Provider {
  return {
    provide: CLUSTER_API,
    inject: [KubernetesLease],
    useFactory: async (held: KubernetesLease): Promise<ClusterApi> => {
      // Only where it is used: the client takes half a second to load.
      const { clientNodeKubernetesApi } = await import('@holdfast/kube-api/client-node');
      return clientNodeKubernetesApi({
        ...{ cluster, component: 'holdfast', version: VERSION, clock: planeClock, chance: systemChance },
        election: held,
      });
    },
  };
}

function mark({ mark: ref, store }: Config, cluster: NamedCluster): Provider {
  return {
    provide: KubernetesMark,
    inject: [CLUSTER_API, LedgerIdentity, KubernetesLease, SideComparisons],
    useFactory: async (
      connected: KubernetesApi,
      identity: LedgerIdentity,
      held: KubernetesLease,
      sides: SideComparisons,
    ): Promise<KubernetesMark> => {
      const { clientNodeConfigMaps } = await import('@holdfast/kube-api/client-node');
      const time = { clock: systemClock, chance: systemChance };
      return new KubernetesMark({
        ...{
          configMaps: clientNodeConfigMaps({ cluster, version: VERSION, election: held, ...time }),
          ref,
          api: connected,
          ...time,
        },
        ...{ ledger: identity, lease: held, sides, isSoleWriter: !hasOtherWriters(store) },
      });
    },
  };
}

/** Written only by what the mark says. */
function api(): Provider {
  return {
    provide: KUBERNETES_API,
    inject: [CLUSTER_API, KubernetesMark],
    useFactory: (connected: KubernetesApi, marked: KubernetesMark): KubernetesApi =>
      markedApi(connected, marked),
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
