// Wires the transports: HTTP, gRPC, NATS, and the operations behind them.
import { operationList } from '@holdfast/api';
import { type DynamicModule, Global, Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import type { Config } from '../config';
import { GrpcServer } from './grpc/grpc-server';
import { OpenapiController } from './http/openapi.controller';
import { operationsController } from './http/operations.controller';
import { RejectionFilter } from './http/rejection.filter';
import { NatsTransport } from './nats/nats-transport';
import { OperationService } from './operation.service';
import { AnswerQueryHandler } from './queries/answer-query';
import { VipFindingsService } from './queries/vip-findings.service';

@Global()
@Module({})
export class GatewayModule {
  static with({ natsUrl }: Config): DynamicModule {
    const transports = [GrpcServer, ...(natsUrl === undefined ? [] : [NatsTransport])];
    return {
      module: GatewayModule,
      controllers: [operationsController(operationList), OpenapiController],
      providers: [
        ...[OperationService, AnswerQueryHandler, VipFindingsService, ...transports],
        { provide: APP_FILTER, useClass: RejectionFilter },
      ],
      exports: transports,
    };
  }
}
