// The ledger of a test: libs/ipam's own deciders over plain memory, no store and no loop. It outlives the projectors that
// work on it, as a log would; what it tells goes through the events' stored form. One suite (./ledger-suite) holds it to
// what the real one does. It serves nobody but tests and benchmarks.
import { crc32 } from 'node:zlib';
import type { Clock } from '@holdfast/clock';
import { comparePositions } from '@holdfast/event-store';
import {
  eventText,
  LedgerView,
  type LedgerMark,
  type MarkVerdict,
  parseEventText,
  reject,
  type Rejection,
  subnet,
  type SubnetCommand,
  type SubnetFact,
  type SubnetFold,
  type FenceReason,
  vipName,
  type VipNameState,
} from '@holdfast/ipam';
import { type LedgerCommand, isVipUseCommand, vipOfUse } from '../command/ledger-command';
import type { ProjectorLedger, ProjectorReply } from '../projector-ledger';

export interface ExecutedCommand {
  readonly command: LedgerCommand;
  readonly actor: string;
  readonly through: string;
  readonly rejected?: Rejection;
}

export interface MemoryLedgerOptions {
  /** Absent: 2026-01-01T00:00:00Z, and every fact is a millisecond later. */
  readonly clock?: Pick<Clock, 'now'>;
  /** What commands are recorded to have come through, unless one says otherwise; `kubernetes` when absent. */
  readonly through?: string;
  /** Absent: one that no other has. */
  readonly id?: string;
}

/** A process that works on the ledger, as its marks tell it from others: see `MarkedLedger` in libs/projection. */
export interface LedgerProcess {
  readonly incarnation: string;
  mark(): LedgerMark;
  judge(found: LedgerMark): Promise<MarkVerdict>;
}

type Listener = (facts: readonly SubnetFact[]) => void;
type Failure = 'before' | 'after';

const START_MS = Date.UTC(2026, 0, 1);
let ledgers = 0;
let processes = 0;

export class MemoryLedger implements ProjectorLedger {
  view = new LedgerView();
  /** Everything that was ever asked, in order. */
  readonly executed: ExecutedCommand[] = [];
  readonly facts: SubnetFact[] = [];
  readonly id: string;
  private readonly incarnations = new Set<string>();
  private readonly clock: Pick<Clock, 'now'>;
  private readonly through: string;
  private readonly subnets = new Map<string, SubnetFold>();
  private readonly names = new Map<string, VipNameState>();
  private readonly listeners = new Set<Listener>();
  private pending: SubnetFact[] = [];
  private waiting: { readonly position: string; readonly resolve: (reached: boolean) => void }[] = [];
  private failing: Failure[] = [];
  private isBehind = false;
  /** Of the command that is being decided. */
  private actor = '';

  constructor({ clock, through = 'kubernetes', id }: MemoryLedgerOptions = {}) {
    this.id = id ?? `memory-ledger-${(ledgers += 1)}`;
    this.clock = clock ?? { now: () => START_MS + this.facts.length };
    this.through = through;
  }

  async execute(command: LedgerCommand, actor: string, through = this.through): Promise<ProjectorReply> {
    const failing = this.failing.shift();
    if (failing === 'before') throw new LedgerFault('the store did not answer');
    const reply = this.decide(command, actor, through);
    await Promise.resolve();
    this.publish();
    if (failing === 'after') throw new LedgerFault('the reply was lost');
    return reply;
  }

  /** Decides all at once; their events come as one burst of facts, before this returns. */
  executeAllNow(commands: readonly LedgerCommand[], actor = '', through = this.through): ProjectorReply[] {
    const replies = commands.map((command) => this.decide(command, actor, through));
    this.publish();
    return replies;
  }

  hasReached(position: string): Promise<boolean> {
    if (!this.pending.some((fact) => comparePositions(fact.position, position) <= 0))
      return Promise.resolve(true);
    return new Promise((resolve) => this.waiting.push({ position, resolve }));
  }

  onFacts(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** The next commands throw: without having been decided, or with their events remembered. */
  failNext(...when: readonly Failure[]): void {
    this.failing.push(...when);
  }

  /** The view stands still until `catchUp`; whoever waits for it waits. */
  fallBehind(): void {
    this.isBehind = true;
  }

  /** Those who wait for the view are answered that it did not get there in time. */
  giveUpWaiting(): void {
    for (const { resolve } of this.waiting.splice(0)) resolve(false);
  }

  catchUp(): void {
    this.isBehind = false;
    this.publish();
  }

  /** As a process that starts: the view is folded anew from all that was remembered, and nobody listens. */
  restart(): void {
    this.listeners.clear();
    this.pending = [];
    this.view = this.replay();
  }

  /** Has, besides its own, what the other one remembered after that, up to a number of facts; and knows its processes so far. */
  adopt(other: MemoryLedger, count: number): void {
    for (const incarnation of other.incarnations) this.incarnations.add(incarnation);
    for (const fact of other.facts.slice(this.facts.length, count)) this.remember(fact);
    this.publish();
  }

  /** A process that starts, for whoever writes marks. */
  process(): LedgerProcess {
    const incarnation = `process-${(processes += 1)}`;
    this.incarnations.add(incarnation);
    const mark = (): LedgerMark => {
      const { position } = this.view;
      return { ledger: this.id, incarnation, ...(position !== undefined && this.placeOf(position)) };
    };
    return { incarnation, mark, judge: (found) => Promise.resolve(this.judge(found)) };
  }

  private placeOf(position: string): Pick<LedgerMark, 'position' | 'event'> {
    const { subnet: name, event } = this.facts[Number(position) - 1]!;
    const { type, data } = subnet.codec.encode(event);
    const id = crc32(`${position}${type}${data}`).toString(16);
    return { position, event: eventText({ stream: name, version: Number(position), id }) };
  }

  private judge({ ledger, position, event, incarnation }: LedgerMark): MarkVerdict {
    const fenced = (why: FenceReason, message: string): MarkVerdict => ({ kind: 'fenced', why, message });
    if (ledger !== undefined && ledger !== this.id)
      return fenced('OtherLedger', `It is of ${ledger}, not of ${this.id}.`);
    const end = String(this.facts.length);
    if (position !== undefined && comparePositions(position, end) > 0)
      return fenced('LedgerBehind', `It is at position ${position}, this ledger only at ${end}.`);
    const is = event === undefined ? undefined : this.placeOf(String(parseEventText(event)!.version));
    if (is && (is.event !== event || is.position !== position))
      return fenced('Forked', `It is at ${event}, and here is ${is.event}.`);
    if (incarnation !== undefined && !this.incarnations.has(incarnation))
      return fenced('UnknownIncarnation', `It was written by ${incarnation}.`);
    return { kind: 'agrees' };
  }

  /** Another view of the same history, up to a number of facts. */
  replay(count = this.facts.length): LedgerView {
    const view = new LedgerView();
    for (const fact of this.facts.slice(0, count)) view.apply(fact);
    return view;
  }

  private decide(command: LedgerCommand, actor: string, through: string): ProjectorReply {
    this.actor = actor;
    const reply = this.decideWhereItIs(command, through);
    this.executed.push({ command, actor, through, ...(reply.rejected && { rejected: reply.rejected }) });
    return reply;
  }

  private decideWhereItIs(command: LedgerCommand, through: string): ProjectorReply {
    if (command.type === 'ReserveVip') return this.reserveVip(command, through);
    if (command.type === 'ReviseVip')
      return this.inSubnetOf(command.name, (home) => this.commit({ ...command, subnet: home }, through));
    if (command.type === 'ReleaseVip')
      return this.inSubnetOf(command.name, (home) => this.releaseVip({ ...command, subnet: home }, through));
    if (!isVipUseCommand(command)) return this.commit(command, through);
    const { subnet: home } = command;
    if (home !== undefined) return this.commit({ ...command, subnet: home }, through);
    return this.inSubnetOf(vipOfUse(command), (found) => this.commit({ ...command, subnet: found }, through));
  }

  private inSubnetOf(vip: string, decide: (subnet: string) => ProjectorReply): ProjectorReply {
    const { subnet: home } = this.nameOf(vip);
    if (home !== undefined) return decide(home);
    return reject('VipNotFound', `There is no Vip ${vip}; reserve it first.`, { vip });
  }

  private reserveVip(
    command: Extract<LedgerCommand, { readonly type: 'ReserveVip' }>,
    through: string,
  ): ProjectorReply {
    const trial = subnet.decide({ ...command, claim: Infinity }, this.stateOf(command.subnet), this.now());
    if (trial.rejected || trial.events.length === 0) return this.commit({ ...command, claim: -1 }, through);
    const name = this.nameOf(command.name);
    const claim = { type: 'ClaimVipName', name: command.name, subnet: command.subnet } as const;
    const claimed = vipName.decide(claim, name);
    if (claimed.rejected) return claimed;
    this.names.set(command.name, claimed.events.reduce(vipName.evolve, name));
    return this.commit({ ...command, claim: claimed.reply.claim }, through);
  }

  private releaseVip(
    command: Extract<SubnetCommand, { readonly type: 'ReleaseVip' }>,
    through: string,
  ): ProjectorReply {
    const reply = this.commit(command, through);
    if (reply.rejected) return reply;
    const state = this.nameOf(command.name);
    const freed = vipName.decide({ type: 'FreeVipName', name: command.name, claim: state.claim }, state);
    if (!freed.rejected) this.names.set(command.name, freed.events.reduce(vipName.evolve, state));
    return reply;
  }

  private commit(command: SubnetCommand, through: string): ProjectorReply {
    const state = this.stateOf(command.subnet);
    const decision = subnet.decide(command, state, this.now());
    if (decision.rejected) return { rejected: decision.rejected };
    const { nowMs: atMs } = this.now();
    for (const event of decision.events) {
      const position = String(this.facts.length + 1);
      const stored = subnet.codec.decode(subnet.codec.encode(event));
      const fact = {
        ...{ subnet: command.subnet, event: stored, atMs, position, through },
        ...(stored.type === 'VipReserved' && { actor: this.actor }),
      };
      this.remember(fact);
    }
    return { position: this.facts[this.facts.length - 1]?.position };
  }

  private remember(fact: SubnetFact): void {
    this.facts.push(fact);
    this.pending.push(fact);
    subnet.evolve(this.stateOf(fact.subnet), fact.event, fact.atMs);
  }

  private publish(): void {
    if (this.isBehind || this.pending.length === 0) return;
    const facts = this.pending.splice(0);
    for (const fact of facts) this.view.apply(fact);
    for (const listener of this.listeners) listener(facts);
    for (const { resolve } of this.waiting.splice(0)) resolve(true);
  }

  private stateOf(name: string): SubnetFold {
    const state = this.subnets.get(name) ?? subnet.initial(name);
    this.subnets.set(name, state);
    return state;
  }

  private nameOf(name: string): VipNameState {
    return this.names.get(name) ?? vipName.initial(name);
  }

  /** As of the loop: never before what was decided last, however the clock is set. */
  private now(): { readonly nowMs: number; readonly issuedAtMs: number } {
    const nowMs = Math.max(this.clock.now(), this.facts.at(-1)?.atMs ?? -Infinity);
    return { nowMs, issuedAtMs: nowMs };
  }
}

export class LedgerFault extends Error {
  readonly code = 'ledger-unavailable';
  readonly retryable = true;
}
