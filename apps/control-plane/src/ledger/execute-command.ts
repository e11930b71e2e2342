// A command on Nest's CommandBus, and its one handler: the ledger's. Callers hand in data, never functions.
import type { CommandEnvelope } from '@holdfast/event-store';
import { type LedgerCommand, LedgerCommands, type LedgerOutcome } from '@holdfast/ledger';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { CommandCounts } from './command-counts';

export class ExecuteCommand extends Command<LedgerOutcome> {
  constructor(readonly envelope: CommandEnvelope<LedgerCommand>) {
    super();
  }
}

@CommandHandler(ExecuteCommand)
export class ExecuteCommandHandler implements ICommandHandler<ExecuteCommand> {
  constructor(
    private readonly commands: LedgerCommands,
    private readonly counts: CommandCounts,
  ) {}

  execute({ envelope }: ExecuteCommand): Promise<LedgerOutcome> {
    return this.counts.count(envelope.command.type, () => this.commands.execute(envelope));
  }
}
