// Wires the ledger: the store, the commands that write it, and the one reader that every view and projector lives on.
import { systemChance, systemClock } from '@holdfast/clock';
import { ClockWatch } from '../clock/clock-watch';
import { planeClock } from '../clock/plane-clock';
import type { EventStore } from '@holdfast/event-store';
import {
  LedgerCommands,
  LedgerIdentity,
  LedgerReader,
  LivePlanes,
  SideComparisons,
  SubnetLoop,
  toRejection,
  VipNameLoop,
} from '@holdfast/ledger';
import { levelOfForm } from '@holdfast/ipam';
import { type DynamicModule, Logger, Module, type Provider } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { clusterOf } from '../cluster-source';
import { type Config, sidesOf } from '../config';
import { CommandCounts } from './command-counts';
import { FinishUpgradeHandler } from './finish-upgrade';
import { boardBesideFile, boardOf } from './plane-board';
import { StoreCounts } from './store-counts';
import { hasOtherWriters, openStore } from './open-store';
import type { StartProgress } from './start-progress';
import { StoreHealth } from './store-health';

export const EVENT_STORE = Symbol('EventStore');

@Module({})
export class LedgerModule {
  static with(config: Config, start: StartProgress, planes: LivePlanes): DynamicModule {
    const providers = [
      ...[clock(config), store(config, start, planes), health(), reader(config), identity(config, planes)],
      ...[{ provide: LivePlanes, useValue: planes }, FinishUpgradeHandler],
      ...[sides(config), StoreCounts, counts(), ...commands(config)],
    ];
    return {
      module: LedgerModule,
      global: true,
      imports: [CqrsModule.forRoot()],
      providers,
      exports: [
        ...[ClockWatch, EVENT_STORE, StoreHealth, LedgerReader, LedgerIdentity, SideComparisons, LivePlanes],
        ...[StoreCounts, CommandCounts, SubnetLoop, VipNameLoop, LedgerCommands],
      ],
    };
  }
}

/** The API server of the cluster is another machine's clock, where there is one. */
function clock({ kubeconfig, acceptsClock: isAccepted }: Config): Provider {
  return {
    provide: ClockWatch,
    useFactory: async (): Promise<ClockWatch> => {
      if (kubeconfig === undefined) return new ClockWatch({ others: [], isAccepted });
      const { apiServerClock } = await import('@holdfast/kube-api/client-node');
      return new ClockWatch({ others: [apiServerClock(clusterOf(kubeconfig), systemClock)], isAccepted });
    },
  };
}

function store(config: Config, start: StartProgress, planes: LivePlanes): Provider {
  const log = new Logger('store');
  return {
    provide: EVENT_STORE,
    inject: [StoreCounts],
    useFactory: async ({ committed }: StoreCounts): Promise<EventStore> => {
      const opened = await openStore(config.store, {
        held: (holder) => {
          start.waitsFor(config.store, holder);
          const board = boardBesideFile(config.store);
          if (board) planes.start(board, 'waiting');
        },
        windowMs: config.commandWindowHours * 3_600_000,
        committed,
        noticed: (notice) => log.warn({ msg: 'found in the store, and put right', notice }),
      });
      start.isOpen(config.store);
      return opened;
    },
  };
}

function health(): Provider {
  return {
    provide: StoreHealth,
    inject: [EVENT_STORE],
    useFactory: (eventStore: EventStore) => new StoreHealth(eventStore),
  };
}

function reader({ program }: Config): Provider {
  return {
    provide: LedgerReader,
    inject: [EVENT_STORE, ClockWatch],
    // Nothing is served before the view shows what the log held at the start, nor recorded with a clock that is wrong.
    useFactory: async (eventStore: EventStore, watch: ClockWatch): Promise<LedgerReader> => {
      const ledger = new LedgerReader({
        ...{ store: eventStore, clock: planeClock, chance: systemChance },
        programLevel: program.level,
      });
      // However the clock came here while this process waited for its turn, it is the one to begin with.
      planeClock.confirm();
      await ledger.start();
      await watch.begin(ledger).catch(async (fault: unknown) => {
        await ledger.stop();
        await eventStore.close();
        throw fault;
      });
      return ledger;
    },
  };
}

function identity(config: Config, planes: LivePlanes): Provider {
  return {
    provide: LedgerIdentity,
    inject: [EVENT_STORE, LedgerReader],
    // Nothing is written to any side before the log says that this process works on it.
    useFactory: async (eventStore: EventStore, ledger: LedgerReader): Promise<LedgerIdentity> => {
      const known = new LedgerIdentity({
        ...{
          store: eventStore,
          reader: ledger,
          clock: planeClock,
          chance: systemChance,
          refuse: toRejection,
        },
        isSoleWriter: !hasOtherWriters(config.store),
        ...{ program: config.program, incarnation: planes.incarnation },
      });
      await known.start();
      planes.start(boardOf(config.store, eventStore), 'serving');
      return known;
    },
  };
}

function sides(config: Config): Provider {
  const log = new Logger('ledger');
  return {
    provide: SideComparisons,
    inject: [LedgerReader, LedgerIdentity],
    useFactory: (ledger: LedgerReader, known: LedgerIdentity): SideComparisons => {
      if (config.servesUncompared)
        log.warn({ msg: 'addresses are given out before the sides were compared' });
      return new SideComparisons({
        ...{ reader: ledger, identity: known, clock: planeClock, sides: sidesOf(config) },
        servesUncompared: config.servesUncompared,
        onFault: (fault) => log.error({ msg: 'recording a fence failed', fault: String(fault) }),
      });
    },
  };
}

function counts(): Provider {
  return { provide: CommandCounts, useFactory: () => new CommandCounts(planeClock) };
}

/** Both loops apart, for who asks how many commands wait in them. */
function commands(config: Config): Provider[] {
  const options = (eventStore: EventStore, observer: StoreCounts, ledger: LedgerReader) => ({
    ...{ store: eventStore, clock: planeClock, chance: systemChance, refuse: toRejection, observer },
    windowMs: config.commandWindowHours * 3_600_000,
    hasOtherWriters: hasOtherWriters(config.store),
    format: { level: () => ledger.record.level, levelOfForm },
  });
  const inject = [EVENT_STORE, StoreCounts, LedgerReader];
  return [
    {
      provide: SubnetLoop,
      inject,
      useFactory: (...wired: Parameters<typeof options>) => new SubnetLoop(options(...wired)),
    },
    {
      provide: VipNameLoop,
      inject,
      useFactory: (...wired: Parameters<typeof options>) => new VipNameLoop(options(...wired)),
    },
    {
      provide: LedgerCommands,
      inject: [SubnetLoop, VipNameLoop, SideComparisons],
      useFactory: (subnets: SubnetLoop, names: VipNameLoop, comparisons: SideComparisons) =>
        new LedgerCommands(subnets, names, planeClock, () => comparisons.refusal()),
    },
  ];
}
