// The reply store of an open SQLite store: what is remembered rides in the transactions of the log's own writer, with the
// same fsync; what is recalled comes by its reader. One process has the file, so nobody else remembers anything in it.
import { type Reply, type ReplyStore, isOf } from './port/reply-store';
import type { BoundsOptions, Forgotten } from './replies/reply-bounds';
import { ReplyIndex } from './replies/reply-index';
import type { AppendQueue } from './sqlite/append-queue';
import type { PageReader } from './sqlite/page-reader';
import { REPLIES, fromRow, toEntry } from './sqlite/replies/reply-rows';

export class SqliteReplies implements ReplyStore {
  private readonly index: ReplyIndex;
  /** To go with what is remembered next. */
  private toForget: Forgotten[] = [];

  private constructor(
    private readonly queue: Pick<AppendQueue, 'append'>,
    private readonly reader: Pick<PageReader, 'replies'>,
    private readonly assertOpen: () => void,
    bounds?: BoundsOptions,
  ) {
    this.index = new ReplyIndex(bounds);
  }

  /** Once it knows which replies there are. @throws StoreFault `store-corrupt`, `store-unavailable` */
  static async load(
    queue: Pick<AppendQueue, 'append'>,
    reader: Pick<PageReader, 'replies'>,
    assertOpen: () => void,
    bounds?: BoundsOptions,
  ): Promise<SqliteReplies> {
    const replies = new SqliteReplies(queue, reader, assertOpen, bounds);
    for (let after = 0; ; ) {
      const rows = await reader.replies({ after });
      if (rows.length === 0) return replies;
      for (const row of rows) {
        const { reply, until } = fromRow(row);
        [after] = row;
        replies.toForget.push(...replies.index.put(after, reply));
        if (until) replies.index.raise(reply.caller, until);
      }
    }
  }

  async catchUp(): Promise<void> {
    this.assertOpen();
  }

  mayHave(commandId: string): boolean {
    return this.index.mayHave(commandId);
  }

  async recall(stream: string, commandId: string): Promise<Reply | undefined> {
    this.assertOpen();
    const rows = await this.reader.replies({ numbers: this.index.candidates(commandId) });
    return rows.map((row) => fromRow(row).reply).find((reply) => isOf(reply, stream, commandId));
  }

  async remember(replies: readonly Reply[], sinceMs: number): Promise<readonly Reply[]> {
    this.assertOpen();
    const isKnown = replies.some(({ commandId }) => this.mayHave(commandId));
    const remembered = isKnown ? await Promise.all(replies.map((reply) => this.firstOr(reply))) : replies;
    const fresh = isKnown ? replies.filter((reply, at) => reply === remembered[at]) : replies;
    if (fresh.length > 0) await this.write(fresh, sinceMs);
    return remembered;
  }

  forgottenUntilMs(caller: string): number {
    return this.index.forgottenUntilMs(caller);
  }

  private async firstOr(reply: Reply): Promise<Reply> {
    const { stream, commandId } = reply;
    return (this.mayHave(commandId) && (await this.recall(stream, commandId))) || reply;
  }

  private async write(replies: readonly Reply[], sinceMs: number): Promise<void> {
    const sent: Forgotten[] = [];
    const entries = replies.map((reply) => {
      const { number, forgotten } = this.index.add(reply, sinceMs);
      const going = [...this.toForget.splice(0), ...forgotten];
      sent.push(...going);
      return toEntry(number, reply, this.index.forgottenUntil(reply.caller), going);
    });
    try {
      await this.queue.append(REPLIES, 0, entries);
    } catch (fault) {
      this.toForget.push(...sent);
      throw fault;
    }
  }
}
