// The command loop: load, fold, decide, append at the expected version, answer. One stream's commands are
// decided in the order in which they came; while an append is under way the next ones are decided already, and go as
// one batch. A command is answered only after its events, and all events it was decided upon, are durable.
import type { CommandEnvelope, CommandOutcome } from './command-envelope';
import type { Decider } from './decider';
import { type CommandLoopOptions, STREAMS_KEPT_DEFAULT } from './loop-options';
import { MemoryReplies } from '../replies/memory-replies';
import type { ReplyStore } from '../port/reply-store';
import { StreamLoop } from './stream-loop';

export class CommandLoop<State, Command, Event, Reply, Rejection> {
  private readonly replies: ReplyStore;
  private readonly streams = new Map<string, StreamLoop<State, Command, Event, Reply, Rejection>>();

  private readonly openedMs: number;

  constructor(
    private readonly decider: Decider<State, Command, Event, Reply, Rejection>,
    private readonly options: CommandLoopOptions<Rejection>,
  ) {
    this.replies = options.store.replies ?? new MemoryReplies();
    this.openedMs = options.clock.monotonic();
  }

  /**
   * Resolves with what the caller is to be told.
   * @throws StoreFault when the store failed: nothing happened, or (`append-outcome-unknown`) it could not be
   *   found out; sending the same command id again is safe in both cases. `LoopFault` when too busy.
   */
  execute(id: string, envelope: CommandEnvelope<Command>): Promise<CommandOutcome<Reply, Rejection>> {
    return this.stream(id).execute(envelope);
  }

  /**
   * What the command was told in this stream when it first came, if it did, for whoever is not sure of the stream; that it
   * has expired, where it comes later than that is known.
   */
  recall(
    id: string,
    envelope: CommandEnvelope<Command>,
  ): Promise<CommandOutcome<Reply, Rejection> | undefined> {
    return this.stream(id).recall(envelope);
  }

  /** Commands without an answer, in all streams. Costs a look at each of these. */
  get size(): number {
    let size = 0;
    for (const stream of this.streams.values()) size += stream.size;
    return size;
  }

  /**
   * What the command is told, now and when it comes again, that was `rejected` before it came to the stream.
   * @throws StoreFault
   */
  refused(
    id: string,
    envelope: CommandEnvelope<Command> & { readonly commandId: string },
    rejected: Rejection,
  ): Promise<CommandOutcome<Reply, Rejection>> {
    return this.stream(id).refused(envelope, rejected);
  }

  /**
   * The state upon which the next command would be decided: all that was durable when it was asked for, also of other
   * writers, and it may show what is not durable yet. @throws StoreFault
   */
  peek(id: string): Promise<State> {
    return this.stream(id).peek();
  }

  private stream(id: string): StreamLoop<State, Command, Event, Reply, Rejection> {
    let stream = this.streams.get(id);
    if (!stream) {
      const { streamsKeptMax = STREAMS_KEPT_DEFAULT } = this.options;
      if (this.streams.size >= streamsKeptMax) this.forgetIdle();
      stream = new StreamLoop(id, this.decider, this.options, this.replies, this.openedMs);
      this.streams.set(id, stream);
    }
    return stream;
  }

  /** One that is not idle stays, however many there are: another loop of its stream would know nothing of what is under way. */
  private forgetIdle(): void {
    for (const [id, stream] of this.streams) {
      if (!stream.isIdle) continue;
      this.streams.delete(id);
      return;
    }
  }
}
