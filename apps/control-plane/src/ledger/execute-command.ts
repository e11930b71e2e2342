// Nest's end of the ledger: hands commands to the loop and questions to the view.
import type { CommandEnvelope } from '@holdfast/event-store';
import type { SubnetCommand } from '@holdfast/ipam';
import { CommandHandler, type ICommandHandler, type IQueryHandler, QueryHandler } from '@nestjs/cqrs';
import { AskLedger, type Asked, ExecuteSubnetCommand, Ledger } from './ledger-messages';
import { SubnetLoop } from '@holdfast/ledger';
import { type SubnetOutcome, VipReservations } from '@holdfast/ledger';

/** How long a question waits for the view to reach the position that it names. */
const BEHIND_MAX_MS = 5_000;

@CommandHandler(ExecuteSubnetCommand)
export class ExecuteSubnetCommandHandler implements ICommandHandler<ExecuteSubnetCommand> {
  constructor(
    private readonly subnets: SubnetLoop,
    private readonly vips: VipReservations,
  ) {}

  async execute({ envelope }: ExecuteSubnetCommand): Promise<SubnetOutcome> {
    const { command } = envelope;
    switch (command.type) {
      case 'ReserveVip':
        return this.vips.reserve({ ...envelope, command });
      case 'ReviseVip':
        return this.vips.revise({ ...envelope, command });
      case 'ReleaseVip':
        return this.vips.release({ ...envelope, command });
      case 'GrantParent':
      case 'WithdrawParent':
      case 'DefineRule':
        return this.vips.use({ ...envelope, command });
      case 'DefineSubnet':
      case 'ReviseSubnet':
      case 'RetireSubnet':
      case 'DefinePool':
      case 'RetirePool':
      case 'ReserveAddress':
      case 'MoveAddress':
      case 'ReleaseAddress':
      case 'ReviseRule':
      case 'RetireRule':
      case 'SetRuleBackends':
      case 'AttachUser':
      case 'DetachUser':
      case 'MovePrimary':
      case 'EndOwner':
      case 'ReleaseExpired':
      case 'SetRetention':
        return {
          ...(await this.subnets.execute(command.subnet, envelope as CommandEnvelope<SubnetCommand>)),
          subnet: command.subnet,
        };
    }
  }
}

@QueryHandler(AskLedger)
export class AskLedgerHandler implements IQueryHandler<AskLedger<unknown>> {
  constructor(private readonly ledger: Ledger) {}

  async execute({ question, atLeastPosition }: AskLedger<unknown>): Promise<Asked<unknown>> {
    const { reader } = this.ledger;
    const isThere =
      atLeastPosition === undefined || (await reader.hasReached(atLeastPosition, BEHIND_MAX_MS));
    if (!isThere) return { behind: reader.position };
    const { position } = reader;
    return { answer: await question(this.ledger), position };
  }
}
