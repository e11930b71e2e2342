// The command loop: load, fold, decide, append at the expected version, answer. One stream's commands are
// decided in the order in which they came; while an append is under way the next ones are decided already, and go as
// one batch. A command is answered only after its events, and all events it was decided upon, are durable.
import type { Chance, Clock } from '@holdfast/clock';
import type { Decider } from './decider';
import type { Actor } from '../envelope/event-envelope';
import type { EventStore, Position } from '../port/event-store';
import { StreamLoop } from './stream-loop';

export interface CommandEnvelope<Command> {
  /** The caller's name for this command, the same whenever it sends it again. Absent: it never will. */
  readonly commandId?: string;
  /** Epoch milliseconds by the caller's clock; to be given with `commandId`. Absent: now. */
  readonly issuedAtMs?: number;
  readonly actor: Actor;
  readonly command: Command;
  /** What the caller said, where `command` has more to it: a second delivery is known by this. */
  readonly said?: unknown;
}

export type CommandOutcome<Reply, Rejection> =
  | {
      readonly reply: Reply;
      readonly commandId: string;
      /** Of the command's last event, or of the stream's when nothing had to happen. */
      readonly position: Position | undefined;
      readonly rejected?: undefined;
    }
  | { readonly rejected: Rejection; readonly commandId: string };

/** What the loop itself refuses, to be worded by whoever knows the rejections. */
export type LoopRefusal =
  | { readonly code: 'CommandExpired'; readonly issuedAtMs: number; readonly windowMs: number }
  | { readonly code: 'CommandFromFuture'; readonly issuedAtMs: number; readonly nowMs: number }
  | { readonly code: 'CommandIdReused'; readonly commandId: string };

export interface CommandLoopOptions<Rejection> {
  readonly store: EventStore;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly refuse: (refusal: LoopRefusal) => Rejection;
  /**
   * Whether other processes append to the same streams. Then an answer that leads to no event is asked of the store as
   * well, because no expected version would find out that it is overtaken. Default false.
   */
  readonly hasOtherWriters?: boolean;
  /** For how long a redelivered command gets its first reply; older ones are refused. Default 24 hours. */
  readonly windowMs?: number;
}

export const WINDOW_DEFAULT_MS = 24 * 3_600_000;

/** Idle streams' states are kept up to this many (a name's state is small, and there is one a Vip). */
const STREAMS_KEPT_MAX = 100_000;

export class CommandLoop<State, Command, Event, Reply, Rejection> {
  private readonly streams = new Map<string, StreamLoop<State, Command, Event, Reply, Rejection>>();

  constructor(
    private readonly decider: Decider<State, Command, Event, Reply, Rejection>,
    private readonly options: CommandLoopOptions<Rejection>,
  ) {}

  /**
   * Resolves with what the caller is to be told.
   * @throws StoreFault when the store failed: nothing happened, or (`append-outcome-unknown`) it could not be
   *   found out; sending the same command id again is safe in both cases. `LoopFault` when too busy.
   */
  execute(id: string, envelope: CommandEnvelope<Command>): Promise<CommandOutcome<Reply, Rejection>> {
    return this.stream(id).execute(envelope);
  }

  /** What the command was told in this stream when it first came, if it did; for whoever is not sure of the stream. */
  recall(
    id: string,
    envelope: CommandEnvelope<Command>,
  ): Promise<CommandOutcome<Reply, Rejection> | undefined> {
    return this.stream(id).recall(envelope);
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
      if (this.streams.size >= STREAMS_KEPT_MAX) this.forgetIdle();
      stream = new StreamLoop(id, this.decider, this.options);
      this.streams.set(id, stream);
    }
    return stream;
  }

  private forgetIdle(): void {
    for (const [id, stream] of this.streams) {
      if (!stream.isIdle) continue;
      this.streams.delete(id);
      return;
    }
  }
}
