// The second port, beside the event store: what a command was told that left no event, because it was refused or what it
// asked was already so. These replies are no history: they stand outside the log, its chain and every view, and are
// forgotten when the window is over. `libs/event-store/src/testing` has the suite that keeps the adapters honest.

/** What the command `commandId` of `stream` was told. */
export interface Reply {
  readonly stream: string;
  readonly commandId: string;
  readonly commandDigest: string;
  /** Who is said to have asked: what is remembered is bounded for each of them. */
  readonly caller: string;
  readonly issuedAtMs: number;
  /** When it was decided, epoch milliseconds. */
  readonly atMs: number;
  /** A JSON text, kept as it is. */
  readonly outcome: string;
}

export interface ReplyStore {
  /** Resolves once all that any process remembered until now can be recalled. @throws StoreFault `store-unavailable` */
  catchUp(): Promise<void>;

  /** Whether it is worth a `recall`: false is sure, of all that was caught up with. */
  mayHave(commandId: string): boolean;

  /** @throws StoreFault `store-unavailable`, `store-corrupt`, `store-closed` */
  recall(stream: string, commandId: string): Promise<Reply | undefined>;

  /**
   * Resolves, once all is durable, with what is remembered of each of these commands: the first reply stays.
   * @param sinceMs what was decided before may be forgotten
   * @throws StoreFault as an append does; whatever its code, some may be remembered: recall tells
   */
  remember(replies: readonly Reply[], sinceMs: number): Promise<readonly Reply[]>;

  /**
   * Commands of the caller that were issued until then may have been forgotten, before the window was over: it had more
   * refused than is remembered for one. -Infinity as a rule.
   */
  forgottenUntilMs(caller: string): number;
}

/** An event store that has replies beside its events. */
export interface RemembersReplies {
  readonly replies: ReplyStore;
}

export const isOf = (reply: Reply, stream: string, commandId: string): boolean =>
  reply.commandId === commandId && reply.stream === stream;
