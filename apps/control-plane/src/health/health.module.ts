// Wires what tells how the process is. It is in every process, whichever roles run there.
import { systemClock } from '@holdfast/clock';
import { Global, Logger, Module } from '@nestjs/common';
import { NatsTransport } from '../gateway/nats/nats-transport';
import { KubernetesProjector } from '../roles/kube-projector/kubernetes-projector';
import { PodProjector } from '../roles/kube-projector/pod-projector';
import { NorthboundProjector } from '../roles/ovn-projector/northbound-projector';
import { DeletionGuardController } from './deletion-guard.controller';
import { Differences } from './differences';
import { HealthController } from './health.controller';
import { type ProjectorHealth, Projectors } from './projectors';
import { ReportStatusHandler } from './status-report';

/** In the order in which they are shown. */
const PROJECTORS = [NorthboundProjector, KubernetesProjector, PodProjector, NatsTransport];

@Global()
@Module({
  controllers: [HealthController, DeletionGuardController],
  providers: [
    {
      provide: Projectors,
      inject: PROJECTORS.map((token) => ({ token, optional: true })),
      useFactory: (...all: (ProjectorHealth | undefined)[]) =>
        new Projectors(all.filter((each) => each !== undefined)),
    },
    {
      provide: Differences,
      useFactory: () => {
        const log = new Logger('differences');
        return new Differences(systemClock, (found) =>
          log.log({ msg: 'ledger and actual state differ', ...found }),
        );
      },
    },
    ReportStatusHandler,
  ],
  exports: [Differences, Projectors],
})
export class HealthModule {}
