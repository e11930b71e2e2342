// What a command was told when it first came, for when it comes again: from its event in the store, or, where it left
// none, from memory. Looking costs a read, so it is only done where an index says that there may be something.
import type { CommandOutcome } from './command-envelope';
import type { LoopRefusal } from './loop-options';
import type { Decider } from './decider';
import { readMetadata } from '../envelope/event-envelope';
import { type EventStore, StoreFault, type Version } from '../port/event-store';
import type { LoadedStream } from './loaded-stream';
import { RecentOutcomes } from './recent-outcomes';
import type { PendingCommand } from './pending-command';

/** Outcomes without an event that are remembered for a second delivery, for as long as the process lives. */
const TRACELESS_MAX = 10_000;

export class FirstReplies<State, Command, Event, Reply, Rejection> {
  private readonly traceless = new RecentOutcomes<{
    readonly digest: string;
    readonly outcome: CommandOutcome<Reply, Rejection>;
  }>(TRACELESS_MAX);

  constructor(
    private readonly decider: Pick<Decider<State, Command, Event, Reply, Rejection>, 'replyTo' | 'codec'>,
    private readonly store: EventStore,
    private readonly refuse: (refusal: LoopRefusal) => Rejection,
  ) {}

  rememberTraceless(commandId: string, digest: string, outcome: CommandOutcome<Reply, Rejection>): void {
    this.traceless.add(commandId, { digest, outcome });
  }

  /** Whether the command may have been answered before; nearly never, and then it is worth a look. */
  isSuspect(
    loaded: LoadedStream<State, Event>,
    { envelope: { commandId } }: PendingCommand<Command, Reply, Rejection>,
  ): boolean {
    if (commandId === undefined) return false;
    return this.traceless.get(commandId) !== undefined || loaded.commands.mayHave(commandId);
  }

  /** What the command was told, if it was. @throws StoreFault */
  async find(
    loaded: LoadedStream<State, Event>,
    { envelope, digest }: PendingCommand<Command, Reply, Rejection>,
  ): Promise<CommandOutcome<Reply, Rejection> | undefined> {
    const commandId = envelope.commandId as string;
    // Of several events of a command the last has what it was told.
    const candidates = loaded.commands.candidates(commandId).sort((a, b) => b - a);
    for (const version of candidates) {
      // What is not durable yet is of commands that are not answered yet, and so of other ones.
      if (version > loaded.durableVersion) continue;
      const outcome = await this.replyFrom(loaded.stream, version, commandId, digest);
      if (outcome) return outcome;
    }
    const remembered = this.traceless.get(commandId);
    if (!remembered) return undefined;
    return remembered.digest === digest ? remembered.outcome : this.idReused(commandId);
  }

  idReused(commandId: string): CommandOutcome<Reply, Rejection> {
    return { commandId, rejected: this.refuse({ code: 'CommandIdReused', commandId }) };
  }

  /** What the command was told that led to the event at `version`; `undefined` when that was another command. */
  private async replyFrom(
    stream: string,
    version: Version,
    commandId: string,
    digest: string | undefined,
  ): Promise<CommandOutcome<Reply, Rejection> | undefined> {
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
