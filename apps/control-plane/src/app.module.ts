// The whole program, by roles.
import { systemClock } from '@holdfast/clock';
import { type DynamicModule, Logger, Module } from '@nestjs/common';
import { CONFIG, type Config } from './config';
import { GatewayModule } from './gateway/gateway.module';
import { Faces } from './gateway/status-report';
import { BrakeController } from './health/brake.controller';
import { Brakes } from './health/brakes';
import { Differences } from './health/differences';
import { HealthController } from './health/health.controller';
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
      // Of every process, whichever roles it has.
      controllers: [HealthController, BrakeController],
      providers: [
        { provide: CONFIG, useValue: config },
        { provide: Differences, useFactory: differences },
        ...[Brakes, Faces, VipProjections, VipBindings],
      ],
      exports: [CONFIG, Brakes, Differences, Faces, VipProjections, VipBindings],
    };
  }
}

function differences(): Differences {
  const log = new Logger('differences');
  return new Differences(systemClock, (found) => log.log({ msg: 'found different', ...found }));
}
