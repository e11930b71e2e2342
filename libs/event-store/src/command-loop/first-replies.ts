// What a command was told when it first came, for when it comes again: from its event in the store, or, where it left
// none, from the reply beside it. Looking costs a read, so it is only done where an index says that there may be something.
import type { CommandOutcome } from './command-envelope';
import type { LoopRefusal } from './loop-options';
import type { Decider } from './decider';
import { readMetadata } from '../envelope/event-envelope';
import { type EventStore, StoreFault, type Version } from '../port/event-store';
import type { Reply, ReplyStore } from '../port/reply-store';
import type { LoadedStream } from './loaded-stream';
import { readOutcome, writeOutcome } from './outcome-text';
import type { PendingCommand } from './pending-command';

/** A command that left no event, and what it is to be told. */
export interface Traceless<Command, Reply, Rejection> {
  readonly pending: PendingCommand<Command, Reply, Rejection>;
  readonly outcome: CommandOutcome<Reply, Rejection>;
}

export class FirstReplies<State, Command, Event, Answer, Rejection> {
  constructor(
    private readonly stream: string,
    private readonly decider: Pick<Decider<State, Command, Event, Answer, Rejection>, 'replyTo' | 'codec'>,
    private readonly store: EventStore,
    private readonly replies: ReplyStore,
    private readonly refuse: (refusal: LoopRefusal) => Rejection,
  ) {}

  /** Whether the command may have been answered before; nearly never, and then it is worth a look. */
  isSuspect(
    loaded: LoadedStream<State, Event>,
    { envelope: { commandId } }: PendingCommand<Command, Answer, Rejection>,
  ): boolean {
    if (commandId === undefined) return false;
    return loaded.commands.mayHave(commandId) || this.replies.mayHave(commandId);
  }

  /** What the command was told, if it was. @throws StoreFault */
  async find(
    loaded: LoadedStream<State, Event>,
    { envelope, digest }: PendingCommand<Command, Answer, Rejection>,
  ): Promise<CommandOutcome<Answer, Rejection> | undefined> {
    const commandId = envelope.commandId as string;
    // Of several events of a command the last has what it was told.
    const candidates = loaded.commands.candidates(commandId).sort((a, b) => b - a);
    for (const version of candidates) {
      // What is not durable yet is of commands that are not answered yet, and so of other ones.
      if (version > loaded.durableVersion) continue;
      const outcome = await this.replyFrom(loaded.stream, version, commandId, digest);
      if (outcome) return outcome;
    }
    if (!this.replies.mayHave(commandId)) return undefined;
    const reply = await this.replies.recall(envelope.rememberedIn ?? this.stream, commandId);
    return reply && this.answerOf(reply, digest);
  }

  /**
   * Remembers what these are to be told, and resolves once that is durable with what they are told: another outcome
   * where another process was first. @throws StoreFault
   */
  async remember(
    traceless: readonly Traceless<Command, Answer, Rejection>[],
    nowMs: number,
    sinceMs: number,
  ): Promise<readonly CommandOutcome<Answer, Rejection>[]> {
    const replies = traceless.map(({ pending: { envelope, digest }, outcome }) => ({
      stream: envelope.rememberedIn ?? this.stream,
      commandId: outcome.commandId,
      commandDigest: digest as string,
      caller: envelope.actor.name,
      issuedAtMs: envelope.issuedAtMs ?? nowMs,
      atMs: nowMs,
      outcome: writeOutcome(outcome, this.stream),
    }));
    const remembered = await this.replies.remember(replies, sinceMs);
    return remembered.map((reply, at) => {
      const { pending, outcome } = traceless[at] as Traceless<Command, Answer, Rejection>;
      return reply === replies[at] ? outcome : this.answerOf(reply, pending.digest);
    });
  }

  idReused(commandId: string): CommandOutcome<Answer, Rejection> {
    return { commandId, rejected: this.refuse({ code: 'CommandIdReused', commandId }) };
  }

  private answerOf(reply: Reply, digest: string | undefined): CommandOutcome<Answer, Rejection> {
    const { commandId, commandDigest, issuedAtMs } = reply;
    if (commandDigest !== digest) return this.idReused(commandId);
    const read = readOutcome<CommandOutcome<Answer, Rejection>>(reply.outcome);
    if (read?.stream === this.stream) return read.outcome;
    if (read) return { ...read.outcome, decidedIn: read.stream };
    // By another version of this program. That it is over is all that can be said.
    return { commandId, rejected: this.refuse({ code: 'CommandExpired', issuedAtMs, windowMs: 0 }) };
  }

  /** What the command was told that led to the event at `version`; `undefined` when that was another command. */
  private async replyFrom(
    stream: string,
    version: Version,
    commandId: string,
    digest: string | undefined,
  ): Promise<CommandOutcome<Answer, Rejection> | undefined> {
    for await (const [event] of this.store.readStream(stream, version)) {
      if (!event) break;
      const metadata = readMetadata(event);
      if (metadata.commandId !== commandId) return undefined;
      if (metadata.commandDigest !== digest) return this.idReused(commandId);
      const reply = this.decider.replyTo(this.decider.codec.decode(event));
      return { reply, commandId, position: event.position };
    }
    throw new StoreFault('store-corrupt', `event ${version} of ${stream} is gone from the store`, false);
  }
}
