// Executes a command on the ledger: in the stream of its Subnet, and what spans Subnets by way of its claims.
import type { Clock } from '@holdfast/clock';
import type { CommandEnvelope } from '@holdfast/event-store';
import type { Rejection, SubnetCommand } from '@holdfast/ipam';
import type { SubnetLoop, VipNameLoop } from './aggregate-loops';
import { givesAddress } from './gives-address';
import { type LedgerCommand, type LedgerOutcome, isVipUseCommand } from './ledger-command';
import { VipReservations } from './vip-reservations';

export class LedgerCommands {
  private readonly vips: VipReservations;

  constructor(
    private readonly subnets: SubnetLoop,
    names: VipNameLoop,
    clock: Clock,
    /** Why no address may be given out now, if so. */
    private readonly refusal: () => Promise<Rejection | undefined> = () => Promise.resolve(undefined),
  ) {
    this.vips = new VipReservations(subnets, names, clock);
  }

  /**
   * Resolves once what was decided is durable.
   * @throws StoreFault when the store failed: nothing happened, or (`append-outcome-unknown`) it could not be found
   *   out; sending the same command id again is safe in both cases. LoopFault when too busy.
   * @param isRecovery whether it is part of how a fence is to end: then it may name addresses that are to be had, while one holds
   */
  async execute(
    envelope: CommandEnvelope<LedgerCommand>,
    { isRecovery = false }: { readonly isRecovery?: boolean } = {},
  ): Promise<LedgerOutcome> {
    const { command } = envelope;
    const isHeld = givesAddress(command) && !(isRecovery && namesAddresses(command));
    const rejected = isHeld ? await this.refusal() : undefined;
    if (rejected) return { rejected, commandId: envelope.commandId ?? '', subnet: subnetIn(command) };
    if (command.type === 'ReserveVip') return this.vips.reserve({ ...envelope, command });
    if (command.type === 'ReviseVip') return this.vips.revise({ ...envelope, command });
    if (command.type === 'ReleaseVip') return this.vips.release({ ...envelope, command });
    if (isVipUseCommand(command)) return this.vips.use({ ...envelope, command });
    const outcome = await this.subnets.execute(command.subnet, envelope as CommandEnvelope<SubnetCommand>);
    return { ...outcome, subnet: command.subnet };
  }
}

/** Nothing is chosen for it. */
const namesAddresses = (command: LedgerCommand): boolean =>
  ('v4' in command && command.v4 !== undefined) || ('v6' in command && command.v6 !== undefined);

const subnetIn = (command: LedgerCommand): string => ('subnet' in command ? (command.subnet ?? '') : '');
