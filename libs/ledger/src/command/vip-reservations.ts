// Vip names are unique across subnets: a Vip is reserved under a claim to its name, and the claim is given up
// with it. Whatever crashes in between leaves a claim without a Vip, which the next one who wants the name
// clears: the subnet relinquishes the claim first, so that a command still on its way can no longer act on it.
// See infra/docs/adr/0004-vip-names.md.
import type { Clock } from '@holdfast/clock';
import {
  type Actor,
  type CommandEnvelope,
  type CommandOutcome,
  digestOf,
  idIn,
  streamOf,
} from '@holdfast/event-store';
import {
  type Rejection,
  type ReleaseVip,
  type ReserveVip,
  type ReviseVip,
  reject,
  subnet,
  type SubnetCommand,
  vipName,
} from '@holdfast/ipam';
import type { SubnetLoop, VipNameLoop } from './aggregate-loops';
import { type LedgerOutcome, type VipUseCommand, vipOfUse } from './ledger-command';

/** Others may take the name while we clear it, this often. */
const CLAIM_ATTEMPTS_MAX = 3;

/** Lets a subnet answer what it can without acting: it never acts on a claim that was never made. */
const NO_CLAIM = -1;

/** Stands for what is not decided at the name: only what it was told is remembered there. */
const AT_NAME = { type: 'FreeVipName', name: '', claim: NO_CLAIM } as const;

type ReserveVipEnvelope = CommandEnvelope<Omit<ReserveVip, 'claim'>>;

export class VipReservations {
  /** By command id and digest. */
  private readonly underWay = new Map<string, Promise<LedgerOutcome>>();

  constructor(
    private readonly subnets: SubnetLoop,
    private readonly names: VipNameLoop,
    private readonly clock: Clock,
  ) {}

  reserve(asked: ReserveVipEnvelope): Promise<LedgerOutcome> {
    return this.once(remembered(asked, asked.command.name), (envelope) => this.reserveNow(envelope));
  }

  revise(asked: CommandEnvelope<Omit<ReviseVip, 'subnet'>>): Promise<LedgerOutcome> {
    return this.once(remembered(asked, asked.command.name), (envelope) => this.reviseNow(envelope));
  }

  release(asked: CommandEnvelope<Omit<ReleaseVip, 'subnet'>>): Promise<LedgerOutcome> {
    return this.once(remembered(asked, asked.command.name), (envelope) => this.releaseNow(envelope));
  }

  /** Grants to a Vip's parents, and rules for its fronts, are decided where the Vip is. */
  async use(asked: CommandEnvelope<VipUseCommand>): Promise<LedgerOutcome> {
    const { command } = asked;
    if (command.subnet !== undefined)
      return this.executeIn(command.subnet, asked as CommandEnvelope<SubnetCommand>);
    const vip = vipOfUse(command);
    return this.once(remembered(asked, vip), (envelope) => this.useNow(envelope, vip));
  }

  /** Deliveries that come together are one: between them the name may go from one subnet to another. */
  private once<Envelope extends CommandEnvelope<object>>(
    envelope: Envelope,
    execute: (envelope: Envelope) => Promise<LedgerOutcome>,
  ): Promise<LedgerOutcome> {
    if (envelope.commandId === undefined) return execute(envelope);
    const key = `${envelope.commandId} ${digestOf(envelope.command)}`;
    const underWay = this.underWay.get(key);
    if (underWay) return underWay;
    const outcome = execute(envelope).finally(() => this.underWay.delete(key));
    this.underWay.set(key, outcome);
    return outcome;
  }

  private async reserveNow(envelope: ReserveVipEnvelope): Promise<LedgerOutcome> {
    const { name } = envelope.command;
    const again = {
      ...envelope,
      command: { ...envelope.command, claim: NO_CLAIM },
      dedupeOn: envelope.command,
    };
    const earlier = await this.earlierReplyIn([envelope.command.subnet], again);
    if (earlier) return earlier;
    // Refused or already so: the name need not be claimed, and a refusal leaves no trace.
    if (!(await this.wouldAct(envelope.command))) return this.reserveUnder(NO_CLAIM, envelope);
    const claim = await this.claim(envelope);
    if ('refused' in claim) return claim.refused;
    const outcome = await this.reserveUnder(claim.number, envelope);
    if (outcome.rejected) await this.giveUp(envelope.actor, name, envelope.command.subnet, claim.number);
    return outcome;
  }

  private async reviseNow(envelope: CommandEnvelope<Omit<ReviseVip, 'subnet'>>): Promise<LedgerOutcome> {
    const { command } = envelope;
    const { subnet, formerSubnets } = await this.names.peek(command.name);
    if (subnet === undefined) return this.notFound(envelope, command.name);
    const revised = { ...envelope, command: { ...command, subnet }, dedupeOn: command };
    return (await this.earlierReply(formerSubnets, revised)) ?? this.executeIn(subnet, revised);
  }

  private async releaseNow(envelope: CommandEnvelope<Omit<ReleaseVip, 'subnet'>>): Promise<LedgerOutcome> {
    const { command, actor } = envelope;
    const { subnet, claim, isClaimed, formerSubnets } = await this.names.peek(command.name);
    if (subnet === undefined) return this.notFound(envelope, command.name);
    const released = { ...envelope, command: { ...command, subnet }, dedupeOn: command };
    const earlier = await this.earlierReply(formerSubnets, released);
    if (earlier) return earlier;
    const outcome = await this.executeIn(subnet, released);
    if (!outcome.rejected && isClaimed) await this.giveUp(actor, command.name, subnet, claim);
    return outcome;
  }

  private async useNow(envelope: CommandEnvelope<VipUseCommand>, vip: string): Promise<LedgerOutcome> {
    const { command } = envelope;
    const { subnet, formerSubnets } = await this.names.peek(vip);
    if (subnet === undefined) return this.notFound(envelope, vip);
    const found = { ...command, subnet } as SubnetCommand;
    const used = { ...envelope, command: found, dedupeOn: command as SubnetCommand };
    return (await this.earlierReply(formerSubnets, used)) ?? this.executeIn(subnet, used);
  }

  /**
   * What a command was told that comes again since another subnet has the name: it must not act on another Vip. One that was
   * refused in one subnet may have acted in the next, at another process or while the name went over: then what it did is the
   * answer, wherever the refusal is remembered.
   */
  private async earlierReply(
    formerSubnets: readonly string[],
    envelope: CommandEnvelope<SubnetCommand>,
  ): Promise<LedgerOutcome | undefined> {
    const earlier = await this.earlierReplyIn(formerSubnets, envelope);
    if (!earlier?.rejected) return earlier;
    return (await this.earlierReplyIn([envelope.command.subnet], envelope)) ?? earlier;
  }

  /** One that acted goes before one that was refused. */
  private async earlierReplyIn(
    subnets: readonly string[],
    envelope: CommandEnvelope<SubnetCommand>,
  ): Promise<LedgerOutcome | undefined> {
    if (envelope.commandId === undefined) return undefined;
    let refused: LedgerOutcome | undefined;
    for (const subnet of subnets) {
      const earlier = await this.subnets.recall(subnet, envelope);
      if (earlier && !earlier.rejected) return inSubnet(subnet, earlier);
      refused ??= earlier && inSubnet(subnet, earlier);
    }
    return refused;
  }

  private async executeIn(subnet: string, envelope: CommandEnvelope<SubnetCommand>): Promise<LedgerOutcome> {
    return inSubnet(subnet, await this.subnets.execute(subnet, envelope));
  }

  private async wouldAct(command: Omit<ReserveVip, 'claim'>): Promise<boolean> {
    const state = await this.subnets.peek(command.subnet);
    const nowMs = this.clock.now();
    const moment = { nowMs, issuedAtMs: nowMs };
    const decision = subnet.decide({ ...command, claim: Number.MAX_SAFE_INTEGER }, state, moment);
    return decision.rejected === undefined && decision.events.length > 0;
  }

  private reserveUnder(claim: number, envelope: ReserveVipEnvelope): Promise<LedgerOutcome> {
    const { command } = envelope;
    return this.executeIn(command.subnet, {
      ...envelope,
      command: { ...command, claim },
      // The claim is ours: the same command sent again is the same under another claim.
      dedupeOn: command,
    });
  }

  private async claim(
    envelope: ReserveVipEnvelope,
  ): Promise<{ readonly number: number } | { readonly refused: LedgerOutcome }> {
    const { actor } = envelope;
    const { name, subnet } = envelope.command;
    for (let attempt = 1; ; attempt += 1) {
      const outcome = await this.names.execute(name, {
        actor,
        command: { type: 'ClaimVipName', name, subnet },
      });
      if (!outcome.rejected) return { number: outcome.reply.claim };
      const { code, facts } = outcome.rejected;
      const isFree =
        attempt < CLAIM_ATTEMPTS_MAX &&
        code === 'VipNameTaken' &&
        (await this.giveUp(actor, name, facts.subnet, Number(facts.claim)));
      if (!isFree) return { refused: await this.nameTaken(envelope, outcome) };
    }
  }

  private async nameTaken(
    { commandId, ...envelope }: ReserveVipEnvelope,
    outcome: { readonly rejected: Rejection; readonly commandId: string },
  ): Promise<LedgerOutcome> {
    const { command } = envelope;
    const { subnet } = command;
    if (commandId === undefined) return { ...outcome, subnet };
    const asked = { ...envelope, commandId, command: { ...command, claim: NO_CLAIM }, dedupeOn: command };
    return inSubnet(subnet, await this.subnets.refused(subnet, asked, outcome.rejected));
  }

  /** No subnet ever had the name: that is remembered with it, and stays so, whatever subnet has it since. */
  private async notFound(
    { commandId, issuedAtMs, actor, command }: CommandEnvelope<object>,
    name: string,
  ): Promise<LedgerOutcome> {
    const { rejected } = reject('VipNotFound', `There is no Vip ${name}; reserve it first.`, { vip: name });
    if (commandId === undefined) return { subnet: '', commandId: '', rejected };
    const asked = { commandId, issuedAtMs, actor, command: AT_NAME, dedupeOn: command };
    return inSubnet('', await this.names.refused(name, asked, rejected));
  }

  /** Frees a claim behind which there is no Vip. Whether there was none. */
  private async giveUp(actor: Actor, name: string, subnet: string, claim: number): Promise<boolean> {
    const command = { type: 'YieldVipName', subnet, name, claim } as const;
    const yielded = await this.subnets.execute(subnet, { actor, command });
    if (yielded.rejected || yielded.reply.vipHeld) return false;
    await this.names.execute(name, { actor, command: { type: 'FreeVipName', name, claim } });
    return true;
  }
}

/** What it is told is remembered with the name, since it may be decided in any subnet that has that. */
const remembered = <Envelope extends CommandEnvelope<object>>(
  envelope: Envelope,
  name: string,
): Envelope => ({
  ...envelope,
  rememberedIn: streamOf(vipName.category, name),
});

function inSubnet(
  subnetName: string,
  { decidedIn, ...outcome }: CommandOutcome<object, Rejection>,
): LedgerOutcome {
  if (decidedIn === undefined) return { ...outcome, subnet: subnetName } as LedgerOutcome;
  return { ...outcome, subnet: idIn(subnet.category, decidedIn) ?? '' } as LedgerOutcome;
}
