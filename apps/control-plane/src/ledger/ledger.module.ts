// Wires the ledger: the store, the loops that write it, and the one reader that every view and face lives on.
import { systemChance, systemClock } from '@holdfast/clock';
import type { CommandLoopOptions, EventStore } from '@holdfast/event-store';
import type { Rejection } from '@holdfast/ipam';
import { type DynamicModule, Inject, Logger, Module, type OnApplicationShutdown } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import type { Config } from '../config';
import { AskLedgerHandler, ExecuteSubnetCommandHandler } from './ledger-handlers';
import { Ledger } from './ledger-messages';
import { LedgerReader } from '@holdfast/ledger';
import { SubnetLoop, VipNameLoop } from '@holdfast/ledger';
import { openStore } from './open-store';
import { refuse } from '@holdfast/ledger';
import { VipReservations } from '@holdfast/ledger';

export const EVENT_STORE = Symbol('EventStore');
const LOOP_OPTIONS = Symbol('CommandLoopOptions');

@Module({})
export class LedgerModule implements OnApplicationShutdown {
  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    private readonly reader: LedgerReader,
  ) {}

  static with(config: Config): DynamicModule {
    const log = new Logger('ledger');
    return {
      module: LedgerModule,
      global: true,
      imports: [CqrsModule.forRoot()],
      providers: [
        { provide: EVENT_STORE, useFactory: () => openStore(config.store) },
        {
          provide: LOOP_OPTIONS,
          inject: [EVENT_STORE],
          useFactory: (store: EventStore): CommandLoopOptions<Rejection> => ({
            store,
            clock: systemClock,
            chance: systemChance,
            refuse,
            windowMs: config.commandWindowHours * 3_600_000,
            // The others have one writer: a second process is refused, or has a memory of its own.
            hasOtherWriters: config.store.startsWith('eventstoredb:'),
          }),
        },
        ...[SubnetLoop, VipNameLoop].map((loop) => ({
          provide: loop,
          inject: [LOOP_OPTIONS],
          useFactory: (options: CommandLoopOptions<Rejection>) => new loop(options),
        })),
        {
          provide: LedgerReader,
          inject: [EVENT_STORE],
          // Nothing is served before the view shows what the log held at the start.
          useFactory: async (store: EventStore): Promise<LedgerReader> => {
            const onFault = (fault: unknown): void =>
              log.error({ msg: 'cannot read the log', fault: String(fault) });
            const reader = new LedgerReader({ store, clock: systemClock, chance: systemChance, onFault });
            await reader.start();
            return reader;
          },
        },
        {
          provide: Ledger,
          inject: [LedgerReader, EVENT_STORE],
          useFactory: (reader: LedgerReader, store: EventStore) => new Ledger(reader, store, systemClock),
        },
        {
          provide: VipReservations,
          inject: [SubnetLoop, VipNameLoop],
          useFactory: (subnets: SubnetLoop, names: VipNameLoop) =>
            new VipReservations(subnets, names, systemClock),
        },
        ...(config.roles.has('reservation') ? [ExecuteSubnetCommandHandler] : []),
        AskLedgerHandler,
      ],
      exports: [EVENT_STORE, Ledger, LedgerReader],
    };
  }

  /** Last of all: whoever wrote or read has stopped by now. */
  async onApplicationShutdown(): Promise<void> {
    await this.reader.stop();
    await this.store.close();
  }
}
