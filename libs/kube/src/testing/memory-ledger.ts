// The ledger of a test: libs/ipam's own deciders over plain memory, no store, no loop. It outlives the faces that work
// on it, as a log would; what is told of it goes through the events' stored form.
import type { Clock } from '@holdfast/clock';
import {
  LedgerView,
  reject,
  type Rejection,
  subnet,
  type SubnetCommand,
  type SubnetFact,
  type SubnetFold,
  vipName,
  type VipNameState,
} from '@holdfast/ipam';
import type { Ledger, LedgerAnswer, LedgerOrder } from '../face/ledger';
import { THROUGH_KUBERNETES } from '../face/ledger';

export interface ExecutedOrder {
  readonly order: LedgerOrder;
  readonly actor: string;
  readonly through: string;
  readonly rejected?: Rejection;
}

type Listener = (facts: readonly SubnetFact[]) => void;

export class MemoryLedger implements Ledger {
  view = new LedgerView();
  /** Everything that was ever asked, in order. */
  readonly executed: ExecutedOrder[] = [];
  readonly facts: SubnetFact[] = [];
  private readonly subnets = new Map<string, SubnetFold>();
  private readonly names = new Map<string, VipNameState>();
  private readonly listeners = new Set<Listener>();
  private untold: SubnetFact[] = [];
  private waiting: { readonly position: string; readonly resolve: (reached: boolean) => void }[] = [];
  private failing: ('before' | 'after')[] = [];
  private isBehind = false;
  /** Of the command that is being decided. */
  private asker = '';

  constructor(private readonly clock: Clock) {}

  async execute(
    order: LedgerOrder,
    actor: string,
    through: string = THROUGH_KUBERNETES,
  ): Promise<LedgerAnswer> {
    const failing = this.failing.shift();
    if (failing === 'before') throw new LedgerFault('the store did not answer');
    this.asker = actor;
    const answer = this.decide(order, through);
    this.executed.push({ order, actor, through, ...(answer.rejected && { rejected: answer.rejected }) });
    await Promise.resolve();
    this.tell();
    if (failing === 'after') throw new LedgerFault('the reply was lost');
    return answer;
  }

  hasReached(position: string): Promise<boolean> {
    if (!this.untold.some((fact) => fact.position <= position)) return Promise.resolve(true);
    return new Promise((resolve) => this.waiting.push({ position, resolve }));
  }

  onFacts(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** The next commands throw: without having been decided, or with their events remembered. */
  failNext(...when: readonly ('before' | 'after')[]): void {
    this.failing.push(...when);
  }

  /** The view stands still until `catchUp`; whoever waits for it waits. */
  fallBehind(): void {
    this.isBehind = true;
  }

  /** Those who wait for the view are told that it did not get there in time. */
  giveUpWaiting(): void {
    for (const { resolve } of this.waiting.splice(0)) resolve(false);
  }

  catchUp(): void {
    this.isBehind = false;
    this.tell();
  }

  /** As a process that starts: the view is folded anew from all that was remembered, and nobody listens. */
  restart(): void {
    this.listeners.clear();
    this.untold = [];
    this.view = new LedgerView();
    for (const fact of this.facts) this.view.apply(fact);
  }

  private decide(order: LedgerOrder, through: string): LedgerAnswer {
    if (order.type === 'ReserveVip') return this.reserveVip(order, through);
    if (order.type !== 'ReviseVip' && order.type !== 'ReleaseVip') return this.commit(order, through);
    const { subnet: home } = this.nameOf(order.name);
    if (home === undefined)
      return reject('VipNotFound', `There is no Vip ${order.name}.`, { vip: order.name });
    const answer = this.commit({ ...order, subnet: home }, through);
    if (order.type === 'ReleaseVip' && !answer.rejected) this.freeName(order.name);
    return answer;
  }

  private reserveVip(
    order: Extract<LedgerOrder, { readonly type: 'ReserveVip' }>,
    through: string,
  ): LedgerAnswer {
    const trial = subnet.decide({ ...order, claim: Infinity }, this.stateOf(order.subnet), this.now());
    if (trial.rejected || trial.events.length === 0) return this.commit({ ...order, claim: -1 }, through);
    const name = this.nameOf(order.name);
    const claimed = vipName.decide({ type: 'ClaimVipName', name: order.name, subnet: order.subnet }, name);
    if (claimed.rejected) return claimed;
    this.names.set(order.name, claimed.events.reduce(vipName.evolve, name));
    return this.commit({ ...order, claim: claimed.reply.claim }, through);
  }

  private commit(command: SubnetCommand, through: string): LedgerAnswer {
    const state = this.stateOf(command.subnet);
    const decision = subnet.decide(command, state, this.now());
    if (decision.rejected) return { rejected: decision.rejected };
    for (const event of decision.events) {
      const position = String(this.facts.length + 1).padStart(9, '0');
      const remembered = subnet.codec.decode(subnet.codec.encode(event));
      const fact = {
        ...{ subnet: command.subnet, event: remembered, atMs: this.now().nowMs, position, through },
        ...(remembered.type === 'VipReserved' && { actor: this.asker }),
      };
      this.facts.push(fact);
      this.untold.push(fact);
      subnet.evolve(state, remembered, fact.atMs);
    }
    return { position: this.facts[this.facts.length - 1]?.position };
  }

  private freeName(name: string): void {
    const state = this.nameOf(name);
    const freed = vipName.decide({ type: 'FreeVipName', name, claim: state.claim }, state);
    if (!freed.rejected) this.names.set(name, freed.events.reduce(vipName.evolve, state));
  }

  private tell(): void {
    if (this.isBehind || this.untold.length === 0) return;
    const facts = this.untold.splice(0);
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
