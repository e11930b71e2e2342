// Wires the metrics: the one room that knows prom-client. What is counted, and where, is none of its business.
import type { Server } from 'node:http';
import type { EventStore } from '@holdfast/event-store';
import { LedgerReader, SideComparisons, SubnetLoop, VipNameLoop } from '@holdfast/ledger';
import { Module } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { planeClock } from '../clock/plane-clock';
import { CONFIG, type Config } from '../config';
import { Differences } from '../health/differences';
import { Followers } from '../health/followers';
import { ProcessHealth } from '../health/process-health';
import { Projectors } from '../health/projectors';
import { VERSION } from '../program';
import { CommandCounts } from '../ledger/command-counts';
import { EVENT_STORE } from '../ledger/ledger.module';
import { StoreCounts } from '../ledger/store-counts';
import { commandMetrics, type CommandSources } from './command-metrics';
import { toMetric } from './metric-family';
import { MetricsController } from './metrics.controller';
import { processMetrics, type ProcessSources } from './process-metrics';
import { projectionMetrics, type ProjectionSources } from './projection-metrics';
import { subnetMetrics } from './subnet-metrics';

/** Nest's tokens of what the metrics are read from. */
const COMMANDS = Symbol('CommandSources');
const PROJECTION = Symbol('ProjectionSources');
const PROCESS = Symbol('ProcessSources');

/** Gauges that end in `_total`, and what they are the total of: of use to nobody who runs this. */
const MISNAMED = ['resources', 'handles', 'requests'].flatMap((what) => [
  `nodejs_active_${what}`,
  `nodejs_active_${what}_total`,
]);

@Module({
  controllers: [MetricsController],
  providers: [
    {
      provide: COMMANDS,
      inject: [CommandCounts, StoreCounts, EVENT_STORE, SubnetLoop, VipNameLoop],
      useFactory: (
        commands: CommandCounts,
        recording: StoreCounts,
        store: EventStore,
        ...loops: [SubnetLoop, VipNameLoop]
      ): CommandSources => ({
        ...{ commands, recording, store },
        waiting: () => loops.reduce((sum, { size }) => sum + size, 0),
      }),
    },
    {
      provide: PROJECTION,
      inject: [CONFIG, LedgerReader, SideComparisons, Followers, Projectors, ProcessHealth, Differences],
      useFactory: (
        config: Config,
        reader: LedgerReader,
        sides: SideComparisons,
        followers: Followers,
        projectors: Projectors,
        ...[health, differences]: [ProcessHealth, Differences]
      ): ProjectionSources => ({ config, reader, sides, followers, projectors, health, differences }),
    },
    {
      provide: PROCESS,
      inject: [CONFIG, HttpAdapterHost],
      useFactory: ({ store }: Config, host: HttpAdapterHost): ProcessSources => ({
        version: VERSION,
        store: store.split(':', 1)[0] ?? '',
        httpConnections: () => connectionsOf(host.httpAdapter.getHttpServer() as Server),
      }),
    },
    {
      provide: Registry,
      inject: [COMMANDS, PROJECTION, PROCESS],
      useFactory: (commands: CommandSources, projection: ProjectionSources, ofProcess: ProcessSources) => {
        const registry = new Registry();
        collectDefaultMetrics({ register: registry });
        for (const name of MISNAMED) registry.removeSingleMetric(name);
        const families = [
          ...commandMetrics(commands),
          ...projectionMetrics(projection),
          ...subnetMetrics(projection.reader.view, planeClock),
          ...processMetrics(ofProcess),
        ];
        for (const family of families) registry.registerMetric(toMetric(family));
        return registry;
      },
    },
  ],
})
export class MetricsModule {}

function connectionsOf(server: Server): Promise<number> {
  return new Promise((resolve, reject) =>
    server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
  );
}
