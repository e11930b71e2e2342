// Wires what tells how the process is. It is in every process, whichever roles run there; which projectors there are, the
// program says (../app.module).
import { Global, Logger, Module } from '@nestjs/common';
import { planeClock } from '../clock/plane-clock';
import { Differences } from './differences';
import { HealthController } from './health.controller';
import { ReportStatusHandler } from './status-report';

@Global()
@Module({
  controllers: [HealthController],
  providers: [
    {
      provide: Differences,
      useFactory: () => {
        const log = new Logger('differences');
        return new Differences(planeClock, (found) =>
          log.log({ msg: 'ledger and actual state differ', ...found }),
        );
      },
    },
    ReportStatusHandler,
  ],
  exports: [Differences],
})
export class HealthModule {}
