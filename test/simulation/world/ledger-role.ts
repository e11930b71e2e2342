// The ledger's writing side in one process: the product's loops and its way with Vip names, with a witness around the
// deciders. Nothing here decides.
import {
  CommandLoop,
  type CommandEnvelope,
  type CommandLoopOptions,
  type Decider,
} from '@holdfast/event-store';
import {
  type Rejection,
  type SubnetCommand,
  type SubnetEvent,
  type SubnetReply,
  type SubnetState,
  type VipNameCommand,
  type VipNameEvent,
  type VipNameReply,
  type VipNameState,
  subnet,
  vipName,
} from '@holdfast/ipam';
import type { EventWitness } from '../check/witness';
import { type SubnetOutcome, VipReservations } from '@holdfast/control-plane/ledger';
import type { OrderCommand } from '../orders/order';

export type SubnetDecider = Decider<SubnetState, SubnetCommand, SubnetEvent, SubnetReply, Rejection>;
export type VipNameDecider = Decider<VipNameState, VipNameCommand, VipNameEvent, VipNameReply, Rejection>;

export interface Deciders {
  readonly subnet: SubnetDecider;
  readonly vipName: VipNameDecider;
}

export const DECIDERS: Deciders = { subnet, vipName };

/** Tells the witness which command goes under which id. */
class WitnessedLoop<State extends object, Command extends object, Event, Reply> extends CommandLoop<
  State,
  Command,
  Event,
  Reply,
  Rejection
> {
  constructor(
    decider: Decider<State, Command, Event, Reply, Rejection>,
    options: CommandLoopOptions<Rejection>,
    private readonly witness: EventWitness,
  ) {
    super(witness.around(decider), options);
  }

  override execute(id: string, envelope: CommandEnvelope<Command>) {
    this.witness.executing(envelope.command, envelope.commandId);
    return super.execute(id, envelope);
  }
}

export class LedgerRole {
  private readonly subnets: WitnessedLoop<SubnetState, SubnetCommand, SubnetEvent, SubnetReply>;
  private readonly vips: VipReservations;

  constructor(deciders: Deciders, options: CommandLoopOptions<Rejection>, witness: EventWitness) {
    const witnessed = { ...options, chance: witness.over(options.chance) };
    this.subnets = new WitnessedLoop(deciders.subnet, witnessed, witness);
    const names = new WitnessedLoop(deciders.vipName, witnessed, witness);
    this.vips = new VipReservations(this.subnets, names, options.clock);
  }

  /** As the control plane's handler of `ExecuteSubnetCommand` sends commands on. */
  async execute(envelope: CommandEnvelope<OrderCommand>): Promise<SubnetOutcome> {
    const { command } = envelope;
    if (command.type === 'ReserveVip') return this.vips.reserve({ ...envelope, command });
    if (command.type === 'ReviseVip') return this.vips.revise({ ...envelope, command });
    if (command.type === 'ReleaseVip') return this.vips.release({ ...envelope, command });
    if (command.type === 'GrantParent' || command.type === 'WithdrawParent' || command.type === 'DefineRule')
      return this.vips.use({ ...envelope, command: command as never });
    const outcome = await this.subnets.execute(command.subnet, envelope as CommandEnvelope<SubnetCommand>);
    return { ...outcome, subnet: command.subnet };
  }
}
