// Vip names are unique across subnets: a Vip is reserved under a claim to its name, and the claim is given up
// with it. Whatever crashes in between leaves a claim without a Vip, which the next one who wants the name
// clears: the subnet swears off the claim first, so that a command still on its way can no longer act on it.
// See infra/docs/adr/0004-vip-names.md.
import type { CommandEnvelope, CommandLoop, CommandOutcome } from '@holdfast/event-store';
import type {
  Rejection,
  ReleaseVip,
  ReserveVip,
  SubnetCommand,
  SubnetEvent,
  SubnetReply,
  SubnetState,
  VipNameCommand,
  VipNameEvent,
  VipNameReply,
  VipNameState,
} from '@holdfast/ipam';

export type SubnetLoop = CommandLoop<SubnetState, SubnetCommand, SubnetEvent, SubnetReply, Rejection>;
export type VipNameLoop = CommandLoop<VipNameState, VipNameCommand, VipNameEvent, VipNameReply, Rejection>;
export type SubnetOutcome = CommandOutcome<SubnetReply, Rejection>;

/** Others may take the name while we clear it, this often. */
const CLAIM_ATTEMPTS_MAX = 3;

export class VipReservations {
  constructor(
    private readonly subnets: SubnetLoop,
    private readonly names: VipNameLoop,
  ) {}

  async reserve(envelope: CommandEnvelope<Omit<ReserveVip, 'claim'>>): Promise<SubnetOutcome> {
    const { command } = envelope;
    const probe = await this.subnets.probe(command.subnet, { ...command, claim: Number.MAX_SAFE_INTEGER });
    // Refused or already so: the name need not be claimed, and a refusal leaves no trace.
    const claim = probe.isNoop ? { claim: Number.MAX_SAFE_INTEGER } : await this.claim(envelope);
    if ('rejected' in claim) return claim;
    const outcome = await this.subnets.execute(command.subnet, {
      ...envelope,
      command: { ...command, claim: claim.claim },
    });
    if (outcome.rejected && !probe.isNoop)
      await this.giveUp(envelope, command.name, command.subnet, claim.claim);
    return outcome;
  }

  async release(envelope: CommandEnvelope<ReleaseVip>): Promise<SubnetOutcome> {
    const { name, subnet } = envelope.command;
    const outcome = await this.subnets.execute(subnet, envelope);
    if (!outcome.rejected) await this.freeClaimOf(envelope, name, subnet);
    return outcome;
  }

  private async claim(
    envelope: CommandEnvelope<Omit<ReserveVip, 'claim'>>,
  ): Promise<{ claim: number } | (SubnetOutcome & { rejected: Rejection })> {
    const { name, subnet } = envelope.command;
    for (let attempt = 1; ; attempt += 1) {
      const outcome = await this.names.execute(name, {
        actor: envelope.actor,
        command: { type: 'ClaimVipName', name, subnet },
      });
      if (!outcome.rejected) return outcome.reply;
      const { facts } = outcome.rejected;
      const isFree =
        attempt < CLAIM_ATTEMPTS_MAX &&
        (await this.giveUp(envelope, name, facts['subnet'] as string, Number(facts['claim'])));
      if (!isFree) return { rejected: outcome.rejected, commandId: outcome.commandId };
    }
  }

  /** Frees a claim behind which there is no Vip. Whether there was none. */
  private async giveUp(
    { actor }: CommandEnvelope<unknown>,
    name: string,
    subnet: string,
    claim: number,
  ): Promise<boolean> {
    const yielded = await this.subnets.execute(subnet, {
      actor,
      command: { type: 'YieldVipName', subnet, name, claim },
    });
    if (yielded.rejected || yielded.reply.vipHeld) return false;
    await this.names.execute(name, { actor, command: { type: 'FreeVipName', name, claim } });
    return true;
  }

  /** The claim's number is asked for by claiming again: for its own subnet that changes nothing. */
  private async freeClaimOf(
    { actor }: CommandEnvelope<unknown>,
    name: string,
    subnet: string,
  ): Promise<void> {
    const claimed = await this.names.execute(name, {
      actor,
      command: { type: 'ClaimVipName', name, subnet },
    });
    if (!claimed.rejected)
      await this.giveUp({ actor, command: undefined }, name, subnet, claimed.reply.claim);
  }
}
