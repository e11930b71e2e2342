// Every answer beside the history: what was acknowledged is in the log, once; a command that comes again is told what
// it was told first; and what was refused was so when it was refused.
import { isDeepStrictEqual } from 'node:util';
import { CLOCK_SKEW_MAX_MS } from '@holdfast/clock';
import { type SubnetCommand, type SubnetEvent, subnet, vipNameOf } from '@holdfast/ipam';
import { type Reply, idIn, readOutcome } from '@holdfast/event-store';
import type { LedgerOutcome } from '@holdfast/ledger';
import { type Checker, Violation } from '../engine/violation';
import type { Order } from '../orders/order';
import type { History } from './history';
import type { Landed } from './landed';
import { ALREADY_SO } from './rulings';
import type { EventWitness } from './witness';

/** The longest that anything is to cool here, or a Vip's retention to run. */
const COOLING_MAX_MS = 60_000;

export interface AnsweredOrder {
  readonly order: Order;
  readonly outcome: LedgerOutcome;
  /** How long the log was when it was delivered. */
  readonly deliveredAt: number;
  /** Whether its reply was remembered already when it was delivered. */
  readonly wasRemembered: boolean;
  /** What the process' clock may have said at least and at most; it may have been set since. */
  readonly earliestMs: number;
  readonly latestMs: number;
}

interface Remembered {
  /** The process that remembered it. */
  readonly writer: string;
  readonly subnet: string;
  readonly outcome: Answer;
}

type Answer = Pick<LedgerOutcome, 'commandId'> & { readonly rejected?: LedgerOutcome['rejected'] };

export class Answers {
  /** By command id: what it was told first. */
  private readonly firsts = new Map<string, LedgerOutcome>();
  /** By command id: what is durable of those that left no event. */
  private readonly durable = new Map<string, Remembered[]>();
  /** The furthest that the clock of a process ever was, as far as is known from what it did. */
  private furthestMs = -Infinity;

  constructor(
    private readonly history: History,
    private readonly windowMs: number,
  ) {}

  /** A reply is durable, and was not before. */
  remembered({ commandId, outcome, atMs }: Reply, writer: string): void {
    this.furthestMs = Math.max(this.furthestMs, atMs);
    const known = this.durable.get(commandId) ?? [];
    this.durable.set(commandId, known);
    const read = readOutcome<Answer>(outcome) as { readonly outcome: Answer; readonly stream: string };
    known.push({ writer, outcome: read.outcome, subnet: idIn('subnet', read.stream) ?? '' });
  }

  hasReplyTo(commandId: string): boolean {
    return this.durable.has(commandId);
  }

  check(answered: AnsweredOrder, witness: EventWitness): void {
    const { order, outcome, latestMs } = answered;
    this.furthestMs = Math.max(this.furthestMs, latestMs);
    const effect = this.history.effectOf(order.commandId);
    if (!effect && !isExpired(outcome) && this.isFirstAgain(answered, witness)) return;
    this.judge(answered, effect, witness);
    if (!isExpired(outcome) && !this.firsts.has(order.commandId)) this.firsts.set(order.commandId, outcome);
  }

  /** Whether it is what the command was told before, or would have been. Of those that left no event. */
  private isFirstAgain({ order, outcome, wasRemembered }: AnsweredOrder, witness: EventWitness): boolean {
    const first = this.firsts.get(order.commandId);
    if (first && same(first, outcome)) return true;
    if (first && !witness.hasRivals())
      this.fail('first-reply', order, `was told ${show(first)}, and now ${show(outcome)}`);
    const durable = this.durable.get(order.commandId)?.find((one) => isAnswer(one, outcome));
    if (!durable) this.fail('first-reply', order, `is told ${show(outcome)}, which nothing would remember`);
    return wasRemembered || durable.writer !== witness.process;
  }

  private judge(answered: AnsweredOrder, effect: Landed | undefined, witness: EventWitness): void {
    const { order, outcome } = answered;
    if (outcome.rejected) return this.refused(answered, effect, witness);
    if (outcome.position !== undefined && Number(outcome.position) > this.history.length)
      this.fail('durable-answer', order, `is acknowledged at ${outcome.position}, beyond the log`);
    if (effect) return this.firstReply(answered, effect, witness);
    const declined = witness.declinedOf(order.commandId, ALREADY_SO, outcome.subnet);
    if (!declined) this.fail('durable-answer', order, 'is acknowledged, and the log has nothing of it');
    if (this.history.fingerprint(declined.stream, declined.version) !== declined.upon)
      this.fail('durable-answer', order, 'is acknowledged upon events that are not in the log');
    if (!same(declined.reply, outcome.reply))
      this.fail(
        'first-reply',
        order,
        `was found to be so as ${show(declined.reply)} and is told ${show(outcome.reply)}`,
      );
    this.fresh(answered, declined.isStale, witness);
  }

  private firstReply({ order, outcome }: AnsweredOrder, effect: Landed, witness: EventWitness): void {
    const { recorded, event } = effect;
    const expected = subnet.replyTo(event as SubnetEvent);
    if (outcome.rejected || outcome.position !== recorded.position || !same(outcome.reply, expected)) {
      // Found to be so here, and decided anew by another process since, which cannot know (infra/docs/adr/0005).
      const declined = outcome.rejected
        ? undefined
        : witness.declinedOf(order.commandId, ALREADY_SO, outcome.subnet);
      if (declined && witness.hasRivals() && same(declined.reply, replyOf(outcome))) return;
      this.fail(
        'first-reply',
        order,
        `led to ${event.type} at ${recorded.position}, but is told ${show(outcome)}`,
      );
    }
  }

  private refused(answered: AnsweredOrder, effect: Landed | undefined, witness: EventWitness): void {
    const { order, outcome, deliveredAt, earliestMs } = answered;
    const { code, facts } = outcome.rejected as NonNullable<LedgerOutcome['rejected']>;
    this.inTime(answered, facts);
    if (code === 'CommandExpired' && facts['windowHours'] !== undefined) {
      // What a clock that was ahead made it forget stays forgotten when that is set back.
      if (order.issuedAtMs >= this.furthestMs - this.windowMs)
        this.fail('true-answer', order, 'is said to be expired');
      return;
    }
    if (code === 'InvalidArgument' && facts['field'] === 'options.issued_at') {
      // Clocks may step while it is on its way, but not by more than this again.
      if (order.issuedAtMs <= earliestMs) this.fail('true-answer', order, 'is said to be from the future');
      return;
    }
    const declined = witness.declinedOf(order.commandId, code, outcome.subnet);
    const isUnknownName = code === 'VipNotFound' && outcome.subnet === '';
    const isStale = isUnknownName
      ? this.history.names.wasEverClaimed(vipAskedFor(order.command) ?? '', deliveredAt)
      : declined?.isStale;
    if (effect && Number(effect.recorded.position) <= deliveredAt) {
      this.fail(
        'first-reply',
        order,
        `led to ${effect.event.type} at ${effect.recorded.position}, but is refused in ${outcome.subnet || 'no subnet'}: ${code}`,
      );
    }
    if (code === 'VipNameTaken' && order.command.type === 'ReserveVip') {
      const { name, subnet: requested } = order.command;
      if (this.history.names.wasTaken(name, requested, deliveredAt)) return;
    }
    if (isUnknownName || declined) return this.fresh(answered, isStale === true, witness);
    this.fail('true-answer', order, `is refused with ${code}, which nobody decided`);
  }

  private fresh(
    { order, outcome, deliveredAt, latestMs }: AnsweredOrder,
    isStale: boolean,
    witness: EventWitness,
  ): void {
    if (!isStale || (witness.hasRivals() && this.isSoNow(order, outcome, latestMs))) return;
    this.fail(
      'true-answer',
      order,
      `is answered from a state that the log had left behind, ${show(outcome)}, delivered at ${deliveredAt}`,
    );
  }

  /** Nothing is refused for something that has not happened yet, or cools for longer than anything may. */
  private inTime({ order, latestMs }: AnsweredOrder, facts: object): void {
    const { overtakenAt, until } = facts as { readonly overtakenAt?: unknown; readonly until?: unknown };
    if (typeof overtakenAt === 'string' && Date.parse(overtakenAt) > latestMs + CLOCK_SKEW_MAX_MS)
      this.fail('true-answer', order, `is said to be overtaken at ${overtakenAt}, which is still to come`);
    if (typeof until === 'string' && Date.parse(until) > latestMs + CLOCK_SKEW_MAX_MS + COOLING_MAX_MS)
      this.fail('true-answer', order, `is said to wait until ${until}, longer than anything cools`);
  }

  /**
   * Two writers may decide the very same event in the very same millisecond; the second one's append finds it there, and
   * what was answered beside it did not know of what came after it. It must be true all the same.
   */
  private isSoNow({ command, issuedAtMs }: Order, { rejected }: LedgerOutcome, nowMs: number): boolean {
    const { view } = this.history;
    const { subnet: at } = command as { subnet?: string };
    if (rejected?.code === 'VipNotFound') return view.vip(vipAskedFor(command) ?? '') === undefined;
    const state = at === undefined ? undefined : view.subnet(at);
    if (!state || !rejected) return false;
    const decision = subnet.decide(command as SubnetCommand, state, {
      nowMs,
      issuedAtMs,
    });
    return decision.rejected?.code === rejected.code;
  }

  private fail(checker: Checker, { commandId, command }: Order, what: string): never {
    throw new Violation(checker, `${commandId} (${show(command)}) ${what}`);
  }
}

/** By the window, which is for ever. */
const isExpired = ({ rejected }: LedgerOutcome): boolean =>
  rejected?.code === 'CommandExpired' && 'windowHours' in rejected.facts;

const isAnswer = (
  { outcome, subnet: decidedIn }: Remembered,
  { subnet, ...answer }: LedgerOutcome,
): boolean => same(outcome, answer) && decidedIn === subnet;

/** By its name, wherever a command has that. */
function vipAskedFor(command: Order['command']): string | undefined {
  const { name, vip = name } = command as { readonly name?: string; readonly vip?: string };
  return command.type === 'SetLabels' ? command.holder && vipNameOf(command.holder) : vip;
}

const replyOf = (outcome: LedgerOutcome): unknown => ('reply' in outcome ? outcome.reply : undefined);

/** What is undefined is absent. */
function same(a: unknown, b: unknown): boolean {
  return isDeepStrictEqual(a, b) || show(a) === show(b);
}

export function show(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'bigint' ? `${inner}n` : inner));
}
