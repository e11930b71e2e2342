// Replies in memory: for the memory store, and for a loop whose store remembers none. They survive a restart of whoever
// asks, not of the process.
import { type Reply, type ReplyStore, isOf } from '../port/reply-store';
import type { BoundsOptions, Forgotten } from './reply-bounds';
import { ReplyIndex } from './reply-index';

export class MemoryReplies implements ReplyStore {
  private readonly index: ReplyIndex;
  private readonly replies = new Map<number, Reply>();

  constructor(
    private readonly assertOpen: () => void = () => undefined,
    bounds?: BoundsOptions,
  ) {
    this.index = new ReplyIndex(bounds);
  }

  async catchUp(): Promise<void> {
    this.assertOpen();
  }

  mayHave(commandId: string): boolean {
    return this.index.mayHave(commandId);
  }

  async recall(stream: string, commandId: string): Promise<Reply | undefined> {
    this.assertOpen();
    return this.find(stream, commandId);
  }

  async remember(replies: readonly Reply[], sinceMs: number): Promise<readonly Reply[]> {
    this.assertOpen();
    return replies.map((reply) => {
      const first = this.find(reply.stream, reply.commandId);
      if (first) return first;
      const { number, forgotten } = this.index.add(reply, sinceMs);
      this.replies.set(number, reply);
      for (const gone of forgotten) this.forget(gone);
      return reply;
    });
  }

  forgottenUntilMs(caller: string): number {
    return this.index.forgottenUntilMs(caller);
  }

  private find(stream: string, commandId: string): Reply | undefined {
    for (const number of this.index.candidates(commandId)) {
      const reply = this.replies.get(number);
      if (reply && isOf(reply, stream, commandId)) return reply;
    }
    return undefined;
  }

  private forget({ caller, from, to }: Forgotten): void {
    for (let number = from; number <= to; number += 1)
      if (caller === undefined || this.replies.get(number)?.caller === caller) this.replies.delete(number);
  }
}
