// The whole program, by roles.
import { type DynamicModule, Module, type Provider } from '@nestjs/common';
import { CONFIG, type Config } from './config';
import { ControlPlane } from './control-plane';
import { GatewayModule } from './gateway/gateway.module';
import { NatsTransport } from './gateway/nats/nats-transport';
import { HealthModule } from './health/health.module';
import { type ProjectorHealth, Projectors } from './health/projectors';
import { StartProgress } from './ledger/start-progress';
import { LedgerModule } from './ledger/ledger.module';
import { MetricsModule } from './metrics/metrics.module';
import { KubeProjectorModule } from './roles/kube-projector/kube-projector.module';
import { KubernetesProjector } from './roles/kube-projector/kubernetes-projector';
import { PodProjector } from './roles/kube-projector/pod-projector';
import { NorthboundProjector } from './roles/ovn-projector/northbound-projector';
import { VipBindings } from './roles/ovn-projector/vip-bindings';
import { RecoveryController } from './recovery/recovery.controller';
import { OvnProjectorModule } from './roles/ovn-projector/ovn-projector.module';
import { ReservationModule } from './roles/reservation/reservation.module';

/** Those that run here, in the order in which they are shown; what listens to others comes after. */
const projectors: Provider = {
  provide: Projectors,
  inject: [VipBindings, NorthboundProjector, KubernetesProjector, PodProjector, NatsTransport].map(
    (token) => ({
      token,
      optional: true,
    }),
  ),
  useFactory: (bindings: VipBindings | undefined, ...all: (ProjectorHealth | undefined)[]) =>
    new Projectors(
      all.filter((each) => each !== undefined),
      bindings ? [bindings] : [],
    ),
};

@Module({})
export class AppModule {
  /** @param start is told how far its opening is */
  static with(config: Config, start = new StartProgress(config.store, false)): DynamicModule {
    const { roles, kubeconfig } = config;
    return {
      module: AppModule,
      global: true,
      imports: [
        LedgerModule.with(config, start),
        HealthModule,
        MetricsModule,
        OvnProjectorModule.with(config),
        ...(roles.has('reservation') ? [ReservationModule] : []),
        ...(roles.has('kube-projector') && kubeconfig ? [KubeProjectorModule.with(config)] : []),
        ...(roles.has('gateway') ? [GatewayModule.with(config)] : []),
      ],
      controllers: [RecoveryController],
      providers: [{ provide: CONFIG, useValue: config }, projectors, ControlPlane],
      exports: [CONFIG, Projectors],
    };
  }
}
