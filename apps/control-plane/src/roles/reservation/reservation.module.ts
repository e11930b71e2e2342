// Wires the role that takes commands: without it nobody here answers the CommandBus.
import { Module } from '@nestjs/common';
import { ExecuteCommandHandler } from '../../ledger/execute-command';

@Module({ providers: [ExecuteCommandHandler] })
export class ReservationModule {}
