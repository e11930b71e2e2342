// On the CommandBus: the end of an upgrade. The ledger's level becomes this program's, unless a plane lives that reads less.
import type { CommandEnvelope, CommandOutcome, PlaneAnnouncement } from '@holdfast/event-store';
import { LedgerIdentity, LivePlanes } from '@holdfast/ledger';
import { type LedgerRecordReply, reject, type Rejection } from '@holdfast/ipam';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';

export type UpgradeOutcome = CommandOutcome<LedgerRecordReply, Rejection>;

export class FinishUpgrade extends Command<UpgradeOutcome> {
  constructor(readonly envelope: Omit<CommandEnvelope<unknown>, 'command'>) {
    super();
  }
}

@CommandHandler(FinishUpgrade)
export class FinishUpgradeHandler implements ICommandHandler<FinishUpgrade> {
  constructor(
    private readonly identity: LedgerIdentity,
    private readonly planes: LivePlanes,
  ) {}

  async execute({ envelope }: FinishUpgrade): Promise<UpgradeOutcome> {
    const { program, level } = this.identity;
    // Where it is done already, whoever lives reads it.
    const older = level < program.level ? await this.planes.olderThan(program.level) : [];
    return this.identity.raiseLevel(envelope, older.length > 0 ? refusal(older, program.level) : undefined);
  }
}

function refusal(older: readonly PlaneAnnouncement[], level: number): Rejection {
  const planes = older
    .map((plane) => `${plane.incarnation} (version ${plane.version}, level ${plane.level})`)
    .join(', ');
  const message = `The ledger is not raised to level ${level}, because planes live that read less: ${planes}; stop them, or start them with this version, and finish the upgrade then. One that was killed counts for half a minute.`;
  return reject('OlderPlaneLive', message, { planes, level: String(level) }).rejected;
}
