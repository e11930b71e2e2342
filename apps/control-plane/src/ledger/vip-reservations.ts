// Vip names are unique across subnets: a Vip is reserved under a claim to its name, and the claim is given up
// with it. Whatever crashes in between leaves a claim without a Vip, which the next one who wants the name
// clears: the subnet swears off the claim first, so that a command still on its way can no longer act on it.
// See infra/docs/adr/0004-vip-names.md.
import type { Actor, CommandEnvelope, CommandLoop, CommandOutcome } from '@holdfast/event-store';
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

/** Lets a subnet answer what it can without acting: it never acts on a claim that was never made. */
const NO_CLAIM = -1;

type ReserveVipEnvelope = CommandEnvelope<Omit<ReserveVip, 'claim'>>;

export class VipReservations {
  constructor(
    private readonly subnets: SubnetLoop,
    private readonly names: VipNameLoop,
  ) {}

  async reserve(envelope: ReserveVipEnvelope): Promise<SubnetOutcome> {
    const { name, subnet } = envelope.command;
    const probe = await this.subnets.probe(subnet, { ...envelope.command, claim: Number.MAX_SAFE_INTEGER });
    // Refused or already so: the name need not be claimed, and a refusal leaves no trace.
    if (probe.isNoop) return this.reserveUnder(NO_CLAIM, envelope);
    const claim = await this.claim(envelope);
    if ('rejected' in claim) return claim;
    const outcome = await this.reserveUnder(claim.number, envelope);
    if (outcome.rejected) await this.giveUp(envelope.actor, name, subnet, claim.number);
    return outcome;
  }

  async release(envelope: CommandEnvelope<ReleaseVip>): Promise<SubnetOutcome> {
    const { name, subnet } = envelope.command;
    const claimed = await this.names.probe(name, { type: 'ClaimVipName', name, subnet });
    const outcome = await this.subnets.execute(subnet, envelope);
    if (!outcome.rejected && claimed.isNoop) await this.freeClaimOf(envelope.actor, name, subnet);
    return outcome;
  }

  private reserveUnder(claim: number, envelope: ReserveVipEnvelope): Promise<SubnetOutcome> {
    const { command } = envelope;
    return this.subnets.execute(command.subnet, {
      ...envelope,
      command: { ...command, claim },
      // The claim is ours: the same command sent again is the same under another claim.
      said: command,
    });
  }

  private async claim(
    envelope: ReserveVipEnvelope,
  ): Promise<{ readonly number: number } | { readonly rejected: Rejection; readonly commandId: string }> {
    const { actor } = envelope;
    const { name, subnet } = envelope.command;
    for (let attempt = 1; ; attempt += 1) {
      const outcome = await this.names.execute(name, {
        actor,
        command: { type: 'ClaimVipName', name, subnet },
      });
      if (!outcome.rejected) return { number: outcome.reply.claim };
      const { facts } = outcome.rejected;
      const isFree =
        attempt < CLAIM_ATTEMPTS_MAX &&
        (await this.giveUp(actor, name, facts['subnet'] as string, Number(facts['claim'])));
      if (!isFree) return { rejected: outcome.rejected, commandId: envelope.commandId ?? outcome.commandId };
    }
  }

  /** Frees a claim behind which there is no Vip. Whether there was none. */
  private async giveUp(actor: Actor, name: string, subnet: string, claim: number): Promise<boolean> {
    const command = { type: 'YieldVipName', subnet, name, claim } as const;
    const yielded = await this.subnets.execute(subnet, { actor, command });
    if (yielded.rejected || yielded.reply.vipHeld) return false;
    await this.names.execute(name, { actor, command: { type: 'FreeVipName', name, claim } });
    return true;
  }

  /** The claim's number is learned by claiming again, which for the claim's own subnet changes nothing. */
  private async freeClaimOf(actor: Actor, name: string, subnet: string): Promise<void> {
    const claimed = await this.names.execute(name, {
      actor,
      command: { type: 'ClaimVipName', name, subnet },
    });
    if (!claimed.rejected) await this.giveUp(actor, name, subnet, claimed.reply.claim);
  }
}
