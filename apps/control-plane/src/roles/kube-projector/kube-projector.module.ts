// Wires the projectors of a Kubernetes cluster: one connection, one way into the ledger, and who uses them.
import { systemChance } from '@holdfast/clock';
import { type KubernetesApi, THROUGH_KUBERNETES } from '@holdfast/kube-api';
import { LedgerReader, projectorLedger } from '@holdfast/ledger';
import { type DynamicModule, Global, Module, type Provider } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { planeClock } from '../../clock/plane-clock';
import { clusterOf, type Config } from '../../config';
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
  const cluster = clusterOf(kubeconfig);
  return {
    provide: KUBERNETES_API,
    useFactory: async (): Promise<KubernetesApi> => {
      // Only where it is used: the client takes half a second to load.
      const { clientNodeKubernetesApi } = await import('@holdfast/kube-api/client-node');
      return clientNodeKubernetesApi({
        ...{ cluster, component: 'holdfast', clock: planeClock, chance: systemChance },
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
