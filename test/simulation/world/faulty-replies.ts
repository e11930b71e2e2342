// A reply store as one process has it: as far away, slow and unreliable as its event store. In a store of several processes
// it knows what the others remembered only as far as it caught up.
import { type MemoryReplies, type Reply, type ReplyStore, StoreFault } from '@holdfast/event-store';
import type { SeededFaults } from '../engine/faults';
import { type Life, never } from './life';

const GOING_MS = 3;
const COMING_MS = 2;

/** The replies that survive every crash, and in which order they came. */
export class DurableReplies {
  readonly order = new Map<string, number>();

  constructor(
    private readonly store: MemoryReplies,
    /** Is told of each reply that nobody remembered before. */
    private readonly onRemembered: (reply: Reply, writer: string) => void,
  ) {}

  async remember(writer: string, replies: readonly Reply[], sinceMs: number): Promise<readonly Reply[]> {
    const remembered = await this.store.remember(replies, sinceMs);
    remembered.forEach((reply, at) => {
      if (reply !== replies[at]) return;
      if (!this.order.has(reply.commandId)) this.order.set(reply.commandId, this.order.size);
      this.onRemembered(reply, writer);
    });
    return remembered;
  }

  recall(stream: string, commandId: string): Promise<Reply | undefined> {
    return this.store.recall(stream, commandId);
  }

  forgottenUntilMs(caller: string): number {
    return this.store.forgottenUntilMs(caller);
  }
}

export interface RepliesSurroundings {
  readonly life: Life;
  readonly replies: DurableReplies;
  readonly faults: SeededFaults;
  readonly isShared: boolean;
  readonly note: (what: string) => void;
}

export class FaultyReplies implements ReplyStore {
  private known: number;
  private readonly own = new Set<string>();

  constructor(private readonly around: RepliesSurroundings) {
    this.known = around.isShared ? 0 : Infinity;
  }

  catchUp(): Promise<void> {
    const { life, replies, isShared } = this.around;
    const faults = this.around.faults.of(`${life.name} catches up with replies`);
    if (!isShared) return Promise.resolve();
    const read = (): void => {
      if (faults.strikes('store-read-fault')) throw this.unavailable();
      this.known = replies.order.size;
    };
    return life.call(faults.delayMs(GOING_MS, 'store-slow'), read, faults.delayMs(COMING_MS, 'store-slow'));
  }

  mayHave(commandId: string): boolean {
    return this.own.has(commandId) || (this.around.replies.order.get(commandId) ?? Infinity) < this.known;
  }

  recall(stream: string, commandId: string): Promise<Reply | undefined> {
    const { life, replies } = this.around;
    const faults = this.around.faults.of(`${life.name} recalls ${commandId}`);
    const read = (): Promise<Reply | undefined> => {
      if (faults.strikes('store-read-fault')) throw this.unavailable();
      return replies.recall(stream, commandId);
    };
    return life.call(faults.delayMs(GOING_MS, 'store-slow'), read, 0);
  }

  remember(replies: readonly Reply[], sinceMs: number): Promise<readonly Reply[]> {
    const { life, isShared, note } = this.around;
    const faults = this.around.faults.of(`${life.name} remembers ${replies[0]?.commandId}`);
    return life.call(
      faults.delayMs(GOING_MS, 'store-slow'),
      async () => {
        if (life.isOver && !isShared) return never();
        if (faults.strikes('store-unavailable')) throw this.unavailable();
        if (faults.strikes('store-lost-append')) throw unknown();
        const remembered = await this.around.replies.remember(life.name, replies, sinceMs);
        for (const { commandId } of replies) this.own.add(commandId);
        note(`remembers ${replies.map(({ commandId }) => commandId).join(' ')}`);
        if (faults.strikes('store-lost-reply')) throw unknown();
        return remembered;
      },
      faults.delayMs(COMING_MS, 'store-slow'),
    );
  }

  forgottenUntilMs(caller: string): number {
    return this.around.replies.forgottenUntilMs(caller);
  }

  private unavailable(): StoreFault {
    this.around.note('replies unavailable');
    return new StoreFault('store-unavailable', 'the replies are not there, says the simulation', true);
  }
}

const unknown = (): StoreFault =>
  new StoreFault('append-outcome-unknown', 'the reply was lost, says the simulation', true);
