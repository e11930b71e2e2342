// Clients of the ledger: each command is sent again, under the same id, until it is answered. A fault is no answer.
import type { Scheduler } from '../engine/scheduler';
import type { LedgerCommand, LedgerOutcome } from '@holdfast/ledger';
import type { Bus } from './bus';
import { EPOCH_MS } from './life';
import type { Order } from '../orders/order';

/** What a transport does with a request; it answers any number of times, or never. */
export type Deliver = (order: Order, answer: (outcome: LedgerOutcome | 'fault') => void) => void;

/** Until a client sends again; doubled each time, up to a minute. */
const PATIENCE_MS = 200;
const PATIENCE_MAX_MS = 60_000;

export class Clients {
  sent = 0;
  readonly unanswered = new Map<string, Order>();

  constructor(
    private readonly scheduler: Scheduler,
    private readonly bus: Bus,
    private readonly deliver: Deliver,
    private readonly onAnswer: (order: Order, outcome: LedgerOutcome, isFirst: boolean) => void,
  ) {}

  /** @param offMs how far the client's clock is off @param commandId of a story that is told */
  ask(command: LedgerCommand, offMs: number, commandId = `c${this.sent + 1}`): void {
    this.sent += 1;
    const issuedAtMs = EPOCH_MS + this.scheduler.nowMs + offMs;
    const order = { commandId, issuedAtMs, command };
    this.unanswered.set(order.commandId, order);
    this.send(order, PATIENCE_MS);
  }

  private send(order: Order, patienceMs: number): void {
    if (!this.unanswered.has(order.commandId)) return;
    const { commandId } = order;
    const back = (outcome: LedgerOutcome | 'fault'): void =>
      this.bus.send(() => this.take(order, outcome), `answer ${commandId}`);
    this.bus.send(() => this.deliver(order, back), commandId);
    this.scheduler.after(patienceMs, () => this.send(order, Math.min(patienceMs * 2, PATIENCE_MAX_MS)));
  }

  private take(order: Order, outcome: LedgerOutcome | 'fault'): void {
    if (outcome === 'fault') return;
    const isFirst = this.unanswered.delete(order.commandId);
    this.onAnswer(order, outcome, isFirst);
  }
}
