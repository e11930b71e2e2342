// The ledger's writing side in one process: the product's own, with a witness around the deciders. Nothing here decides.
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
  type SubnetFold,
  type VipNameCommand,
  type VipNameEvent,
  type VipNameReply,
  type VipNameState,
  subnet,
  vipName,
} from '@holdfast/ipam';
import type { EventWitness } from '../check/witness';
import { LedgerCommands } from '@holdfast/ledger';

export type SubnetDecider = Decider<SubnetFold, SubnetCommand, SubnetEvent, SubnetReply, Rejection>;
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

export class LedgerRole extends LedgerCommands {
  /** @param refusal why no address may be given out now, if so */
  constructor(
    deciders: Deciders,
    options: CommandLoopOptions<Rejection>,
    witness: EventWitness,
    refusal?: () => Promise<Rejection | undefined>,
  ) {
    const witnessed = { ...options, chance: witness.over(options.chance) };
    super(
      new WitnessedLoop(deciders.subnet, witnessed, witness),
      new WitnessedLoop(deciders.vipName, witnessed, witness),
      options.clock,
      refusal,
    );
  }
}
