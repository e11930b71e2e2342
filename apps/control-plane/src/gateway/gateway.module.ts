// The doors: gRPC and HTTP here, NATS beside them (../nats).
import { Logger, Module, type OnApplicationShutdown, type OnModuleInit, Inject } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import type { Handlers } from '@holdfast/api';
import { systemChance, systemClock } from '@holdfast/clock';
import type { EventStore } from '@holdfast/event-store';
import { CONFIG, type Config } from '../config';
import { EVENT_STORE } from '../ledger/ledger.module';
import { Differences } from '../health/differences';
import { LedgerReader } from '@holdfast/ledger';
import { VipBindings } from '../ovn-projector/vip-bindings';
import { VipProjections } from '../ovn-projector/vip-projections';
import { NatsDoor } from '../nats/nats-door';
import { GrpcEdge } from './grpc-edge';
import type { Caller } from './caller';
import { handlers } from './handlers';
import { serveHttp } from './http-edge';
import { Faces, statusReport } from './status-report';

@Module({})
export class GatewayModule implements OnModuleInit, OnApplicationShutdown {
  private readonly log = new Logger('gateway');
  private readonly handlers: Handlers<Caller>;
  private readonly grpc: GrpcEdge;
  private nats: NatsDoor | undefined;
  /** host:port that gRPC was bound to. */
  grpcBound = '';

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(EVENT_STORE) private readonly store: EventStore,
    private readonly reader: LedgerReader,
    private readonly faces: Faces,
    private readonly http: HttpAdapterHost,
    projections: VipProjections,
    bindings: VipBindings,
    differences: Differences,
    commands: CommandBus,
    queries: QueryBus,
  ) {
    const status = () => statusReport(config, reader, this.faces, differences);
    const findingsOf = (vip: string) => ({
      projection: projections.source?.projectionOf(vip),
      rows: projections.source?.rowsOf(vip),
      ...(bindings.source?.isConnected && { bound: { by: bindings.boundTo(vip, reader.view) } }),
    });
    this.handlers = handlers({ commands, queries, status, findingsOf });
    this.grpc = new GrpcEdge(this.handlers);
  }

  async onModuleInit(): Promise<void> {
    serveHttp(this.http.httpAdapter.getInstance(), this.handlers);
    this.grpcBound = await this.grpc.start(this.config.grpcListen);
    const { natsUrl } = this.config;
    if (natsUrl === undefined) return;
    this.nats = await NatsDoor.open({
      url: natsUrl,
      handlers: this.handlers,
      store: this.store,
      from: this.reader.position,
      clock: systemClock,
      chance: systemChance,
      onFault: (fault) => this.log.warn({ msg: 'cannot publish events', fault: String(fault) }),
    });
    this.faces.add(this.nats);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.nats?.close();
    await this.grpc.stop();
  }
}
