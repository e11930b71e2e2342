// Wires the projectors of a Kubernetes cluster: one connection, one way into the ledger, and who uses them.
import { systemChance, systemClock } from '@holdfast/clock';
import { THROUGH_KUBERNETES } from '@holdfast/kube-api';
import type { ClusterApi } from '@holdfast/kube-api/client-node';
import { LedgerReader, projectorLedger } from '@holdfast/ledger';
import { type DynamicModule, Global, Module, type Provider } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { Config } from '../../config';
import { VERSION } from '../../health/status-report';
import { ExecuteCommand } from '../../ledger/execute-command';
import { DeletionGuardController } from './deletion-guard.controller';
import { KUBERNETES_API, KUBERNETES_LEDGER } from './kubernetes-tokens';
import { KubernetesProjector } from './kubernetes-projector';
import { PodProjector } from './pod-projector';

@Global()
@Module({})
export class KubeProjectorModule {
  static with({ kubeconfig, pods }: Config): DynamicModule {
    const projectors = [KubernetesProjector, ...(pods ? [PodProjector] : [])];
    return {
      module: KubeProjectorModule,
      controllers: [DeletionGuardController],
      providers: [api(kubeconfig as string), ledger(), ...projectors],
      exports: [KUBERNETES_API, ...projectors],
    };
  }
}

function api(kubeconfig: string): Provider {
  const cluster = kubeconfig === 'in-cluster' ? { inCluster: true as const } : { kubeconfigFile: kubeconfig };
  return {
    provide: KUBERNETES_API,
    useFactory: async (): Promise<ClusterApi> => {
      // Only where it is used: the client takes half a second to load.
      const { clientNodeKubernetesApi } = await import('@holdfast/kube-api/client-node');
      return clientNodeKubernetesApi({
        ...{ cluster, component: 'holdfast', version: VERSION, clock: systemClock, chance: systemChance },
      });
    },
  };
}

function ledger(): Provider {
  return {
    provide: KUBERNETES_LEDGER,
    inject: [CommandBus, LedgerReader],
    useFactory: (commands: CommandBus, reader: LedgerReader) =>
      projectorLedger(
        (envelope) => commands.execute(new ExecuteCommand(envelope)),
        reader,
        THROUGH_KUBERNETES,
      ),
  };
}
