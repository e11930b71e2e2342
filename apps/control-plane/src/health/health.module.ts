// Wires what tells how the process is. It is in every process, whichever roles run there; which projectors there are, the
// program says (../app.module).
import { LedgerReader, SideComparisons } from '@holdfast/ledger';
import { Global, Logger, Module, type Provider } from '@nestjs/common';
import { ClockWatch } from '../clock/clock-watch';
import { planeClock } from '../clock/plane-clock';
import { CONFIG, type Config } from '../config';
import { CommandCounts } from '../ledger/command-counts';
import { shownStore } from '../ledger/open-store';
import { StoreHealth } from '../ledger/store-health';
import { Differences } from './differences';
import { ClockHealth } from './clock-health';
import { Followers } from './followers';
import { HealthController } from './health.controller';
import { LedgerHealth, SideHealth } from './ledger-health';
import { ProcessHealth } from './process-health';
import { Projectors } from './projectors';
import { ReportStatusHandler } from './status-report';

@Global()
@Module({
  controllers: [HealthController],
  providers: [
    differences(),
    ledgerHealth(),
    processHealth(),
    {
      provide: Followers,
      inject: [LedgerReader, Projectors],
      useFactory: (reader: LedgerReader, projectors: Projectors) =>
        new Followers(reader, projectors, planeClock),
    },
    ReportStatusHandler,
  ],
  exports: [Differences, Followers, LedgerHealth, ProcessHealth],
})
export class HealthModule {}

function differences(): Provider {
  return {
    provide: Differences,
    useFactory: () => {
      const log = new Logger('differences');
      return new Differences(planeClock, (found) =>
        log.debug({ msg: 'ledger and actual state differ', ...found }),
      );
    },
  };
}

function ledgerHealth(): Provider {
  return {
    provide: LedgerHealth,
    inject: [CONFIG, LedgerReader, StoreHealth, CommandCounts],
    useFactory: (
      { store: given }: Config,
      reader: LedgerReader,
      store: StoreHealth,
      commands: CommandCounts,
    ) => new LedgerHealth({ reader, store, commands, clock: planeClock, server: shownStore(given) }),
  };
}

function processHealth(): Provider {
  const log = new Logger('health');
  return {
    provide: ProcessHealth,
    inject: [CONFIG, LedgerHealth, SideComparisons, ClockWatch, Projectors],
    useFactory: (
      config: Config,
      ledger: LedgerHealth,
      sides: SideComparisons,
      clock: ClockWatch,
      projectors: Projectors,
    ) =>
      new ProcessHealth({
        parts: [
          ...[ledger, new SideHealth(sides, config.servesUncompared), new ClockHealth(clock)],
          ...[...projectors.all, ...projectors.others],
        ],
        clock: planeClock,
        log: (line, isOver) => log[isOver ? 'log' : 'warn'](line),
      }),
  };
}
