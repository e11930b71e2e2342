// The whole program, by roles.
import { type DynamicModule, Module } from '@nestjs/common';
import { CONFIG, type Config } from './config';
import { ControlPlane } from './control-plane';
import { GatewayModule } from './gateway/gateway.module';
import { HealthModule } from './health/health.module';
import { LedgerModule } from './ledger/ledger.module';
import { KubeProjectorModule } from './roles/kube-projector/kube-projector.module';
import { OvnProjectorModule } from './roles/ovn-projector/ovn-projector.module';
import { ReservationModule } from './roles/reservation/reservation.module';

@Module({})
export class AppModule {
  static with(config: Config): DynamicModule {
    const { roles, kubeconfig } = config;
    return {
      module: AppModule,
      global: true,
      imports: [
        LedgerModule.with(config),
        HealthModule,
        OvnProjectorModule.with(config),
        ...(roles.has('reservation') ? [ReservationModule] : []),
        ...(roles.has('kube-projector') && kubeconfig ? [KubeProjectorModule.with(config)] : []),
        ...(roles.has('gateway') ? [GatewayModule.with(config)] : []),
      ],
      providers: [{ provide: CONFIG, useValue: config }, ControlPlane],
      exports: [CONFIG],
    };
  }
}
