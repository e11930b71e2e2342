// The whole program, by roles.
import { type DynamicModule, Module } from '@nestjs/common';
import { CONFIG, type Config } from './config';
import { GatewayModule } from './gateway/gateway.module';
import { Faces } from './gateway/status-report';
import { KubeProjectorModule } from './kube-projector/kube-projector.module';
import { LedgerModule } from './ledger/ledger.module';
import { OvnProjectorModule } from './ovn-projector/ovn-projector.module';
import { SouthboundModule } from './ovn-projector/southbound.module';
import { VipBindings } from './ovn-projector/vip-bindings';
import { VipProjections } from './ovn-projector/vip-projections';

@Module({})
export class AppModule {
  static with(config: Config): DynamicModule {
    return {
      module: AppModule,
      global: true,
      imports: [
        LedgerModule.with(config),
        ...(config.roles.has('ovn-projector') && config.northbound ? [OvnProjectorModule] : []),
        ...(config.southbound ? [SouthboundModule] : []),
        ...(config.roles.has('kube-projector') && config.kubeconfig ? [KubeProjectorModule] : []),
        ...(config.roles.has('gateway') ? [GatewayModule] : []),
      ],
      providers: [{ provide: CONFIG, useValue: config }, Faces, VipProjections, VipBindings],
      exports: [CONFIG, Faces, VipProjections, VipBindings],
    };
  }
}
