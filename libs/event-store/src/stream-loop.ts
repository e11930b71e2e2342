// The command loop of one stream. See command-loop.ts.
import { type Decider, type Decision, type Moment } from './decider';
import { type EventMetadata, digestOf, readMetadata } from './event-envelope';
import { type NewEvent, type Position, StoreFault, type Version } from './event-store';
import {
  type CommandEnvelope,
  type CommandLoopOptions,
  type CommandOutcome,
  WINDOW_DEFAULT_MS,
} from './command-loop';
import { RecentOutcomes } from './recent-outcomes';
import { LoadedStream } from './loaded-stream';
import { appendSurely } from './append-surely';

/** Commands that go in one append: enough to make an fsync cheap, few enough to keep latency low. */
const BATCH_MAX = 512;
/** Text that goes in one append, UTF-16 units: in the worst case below the 1 MB that every store takes. */
const APPEND_TEXT_MAX = 250_000;
/** Commands that may wait; beyond it the caller is told to come back. */
const WAITING_MAX = 100_000;
/** Another process may append in between this often before we give up. */
const CONFLICT_ATTEMPTS_MAX = 16;
/** How far ahead of ours a caller's clock may be. */
const CLOCK_SKEW_MAX_MS = 5 * 60_000;
/** Outcomes without an event that are remembered for a second delivery, for as long as the process lives. */
const TRACELESS_MAX = 10_000;

export class LoopFault extends Error {
  override readonly name = 'LoopFault';
  readonly retryable = true;

  constructor(
    readonly code: 'too-busy' | 'contended',
    message: string,
  ) {
    super(message);
  }
}

/** What a decided command is told, once the positions of its batch's events are known. */
type Answer<Reply, Rejection> = (positions: readonly Position[]) => CommandOutcome<Reply, Rejection>;

/** A command that was taken in and is not yet answered. */
interface Taken<Command, Reply, Rejection> {
  readonly envelope: CommandEnvelope<Command>;
  readonly digest: string | undefined;
  readonly promise: Promise<CommandOutcome<Reply, Rejection>>;
  readonly resolve: (outcome: CommandOutcome<Reply, Rejection>) => void;
  readonly reject: (fault: unknown) => void;
}

export class StreamLoop<State, Command, Event, Reply, Rejection> {
  private loaded: LoadedStream<State, Event> | undefined;
  private waiting: Taken<Command, Reply, Rejection>[] = [];
  /** Those with an id of their caller's, by it. */
  private readonly underWay = new Map<string, Taken<Command, Reply, Rejection>>();
  private readonly traceless = new RecentOutcomes<{
    readonly digest: string;
    readonly outcome: CommandOutcome<Reply, Rejection>;
  }>(TRACELESS_MAX);
  private isRunning = false;
  private readonly windowMs: number;

  constructor(
    private readonly id: string,
    private readonly decider: Decider<State, Command, Event, Reply, Rejection>,
    private readonly options: CommandLoopOptions<Rejection>,
  ) {
    this.windowMs = options.windowMs ?? WINDOW_DEFAULT_MS;
  }

  get isIdle(): boolean {
    return !this.isRunning;
  }

  execute(envelope: CommandEnvelope<Command>): Promise<CommandOutcome<Reply, Rejection>> {
    const { commandId } = envelope;
    const digest = commandId === undefined ? undefined : digestOf(envelope.said ?? envelope.command);
    const same = commandId === undefined ? undefined : this.underWay.get(commandId);
    if (same)
      return same.digest === digest ? same.promise : Promise.resolve(this.idReused(commandId as string));
    if (this.waiting.length >= WAITING_MAX) {
      return Promise.reject(
        new LoopFault('too-busy', `${WAITING_MAX} commands wait for ${this.id}; try later`),
      );
    }
    const waiting = { envelope, digest, ...Promise.withResolvers<CommandOutcome<Reply, Rejection>>() };
    if (commandId !== undefined) this.underWay.set(commandId, waiting);
    this.waiting.push(waiting);
    if (!this.isRunning) {
      this.isRunning = true;
      // A turn later, so that all commands that come in this one share the first append.
      queueMicrotask(() => void this.run());
    }
    return waiting.promise;
  }

  async peek(): Promise<State> {
    return (this.loaded ?? (await this.load())).state;
  }

  private async run(): Promise<void> {
    while (this.waiting.length > 0) {
      const batch = this.waiting.length <= BATCH_MAX ? this.waiting : this.waiting.slice(0, BATCH_MAX);
      this.waiting = this.waiting.slice(batch.length);
      await this.runBatch(batch);
    }
    this.isRunning = false;
  }

  private async runBatch(batch: readonly Taken<Command, Reply, Rejection>[]): Promise<void> {
    let undecided = batch;
    let conflicts = 0;
    while (undecided.length > 0) {
      try {
        const decided = await this.decideAndAppend(undecided);
        if (decided === 0 && (conflicts += 1) === CONFLICT_ATTEMPTS_MAX) {
          throw new LoopFault('contended', `${conflicts} appends to ${this.id} lost against other writers`);
        }
        undecided = undecided.slice(decided);
      } catch (fault) {
        this.loaded = undefined;
        for (const { reject } of undecided) reject(fault);
        undecided = [];
      }
    }
    for (const { envelope } of batch) {
      if (envelope.commandId !== undefined) this.underWay.delete(envelope.commandId);
    }
  }

  /** How many of the commands, from the first, are decided, durable and answered: 0 after a conflict. */
  private async decideAndAppend(taken: readonly Taken<Command, Reply, Rejection>[]): Promise<number> {
    const loaded = this.loaded ?? (await this.load());
    const suspects = this.suspects(loaded, taken);
    const repeats = suspects.length > 0 ? await this.findRepeats(loaded, suspects) : undefined;
    const expected = loaded.version;
    const events: NewEvent[] = [];
    const answers: Answer<Reply, Rejection>[] = [];
    for (let size = 0, at = 0; answers.length < taken.length && size < APPEND_TEXT_MAX; at = events.length) {
      const next = taken[answers.length] as Taken<Command, Reply, Rejection>;
      answers.push(this.decide(loaded, next, repeats?.get(next), events));
      for (const { data, metadata } of events.slice(at)) size += data.length + metadata.length;
    }
    let positions: readonly Position[] = [];
    if (events.length > 0) {
      const result = await appendSurely(this.options.store, loaded.stream, expected, events);
      if (result.outcome === 'conflict') {
        this.loaded = undefined;
        return 0;
      }
      ({ positions } = result);
      loaded.position = positions[positions.length - 1];
    }
    answers.forEach((answer, at) => taken[at]?.resolve(answer(positions)));
    return answers.length;
  }

  /** Decides one command of a batch; its answer is known once the positions of the batch's events are. */
  private decide(
    loaded: LoadedStream<State, Event>,
    { envelope, digest }: Taken<Command, Reply, Rejection>,
    repeat: CommandOutcome<Reply, Rejection> | undefined,
    events: NewEvent[],
  ): Answer<Reply, Rejection> {
    const nowMs = Math.max(this.options.clock.now(), loaded.lastAtMs);
    const moment = { nowMs, issuedAtMs: envelope.issuedAtMs ?? nowMs };
    const commandId = envelope.commandId ?? this.options.chance.uuid();
    const early = this.outsideWindow(moment, commandId) ?? repeat;
    if (early) return () => early;
    const decision = this.decider.decide(envelope.command, loaded.state, moment);
    const { position } = loaded;
    if (!('events' in decision) || decision.events.length === 0) {
      const before = events.length;
      return (positions) => {
        // Only now: what it was decided upon is durable.
        const outcome = toOutcome<Event, Reply, Rejection>(
          decision,
          commandId,
          positions[before - 1] ?? position,
        );
        if (digest !== undefined) this.traceless.add(commandId, { digest, outcome });
        return outcome;
      };
    }
    const metadata: Omit<EventMetadata, 'previous'> = {
      commandId,
      commandDigest: digest,
      issuedAtMs: moment.issuedAtMs,
      atMs: nowMs,
      actor: envelope.actor.name,
      through: envelope.actor.through,
    };
    for (const event of decision.events) events.push(loaded.record(event, metadata));
    const lastOfMine = events.length - 1;
    return (positions) => toOutcome<Event, Reply, Rejection>(decision, commandId, positions[lastOfMine]);
  }

  private outsideWindow(moment: Moment, commandId: string): CommandOutcome<Reply, Rejection> | undefined {
    const { nowMs, issuedAtMs } = moment;
    if (issuedAtMs < nowMs - this.windowMs) {
      const refusal = { code: 'CommandExpired', issuedAtMs, windowMs: this.windowMs } as const;
      return { commandId, rejected: this.options.refuse(refusal) };
    }
    if (issuedAtMs > nowMs + CLOCK_SKEW_MAX_MS) {
      const refusal = { code: 'CommandFromFuture', issuedAtMs, nowMs } as const;
      return { commandId, rejected: this.options.refuse(refusal) };
    }
    return undefined;
  }

  /** The commands that may have been answered before: nearly always none, and then nothing is waited for. */
  private suspects(
    loaded: LoadedStream<State, Event>,
    taken: readonly Taken<Command, Reply, Rejection>[],
  ): readonly Taken<Command, Reply, Rejection>[] {
    return taken.filter(
      ({ envelope: { commandId } }) =>
        commandId !== undefined && (this.traceless.get(commandId) || loaded.commands.mayHave(commandId)),
    );
  }

  /** Those of the suspects that were answered before, with what they were told. */
  private async findRepeats(
    loaded: LoadedStream<State, Event>,
    suspects: readonly Taken<Command, Reply, Rejection>[],
  ): Promise<Map<Taken<Command, Reply, Rejection>, CommandOutcome<Reply, Rejection>>> {
    const repeats = new Map<Taken<Command, Reply, Rejection>, CommandOutcome<Reply, Rejection>>();
    for (const one of suspects) {
      const commandId = one.envelope.commandId as string;
      const remembered = this.traceless.get(commandId);
      if (remembered) {
        repeats.set(one, remembered.digest === one.digest ? remembered.outcome : this.idReused(commandId));
      }
      for (const version of loaded.commands.candidates(commandId)) {
        const outcome = await this.replyFrom(loaded.stream, version, commandId, one.digest);
        if (outcome) repeats.set(one, outcome);
      }
    }
    return repeats;
  }

  /** What the command was told that led to the event at `version`; `undefined` when that was another command. */
  private async replyFrom(
    stream: string,
    version: Version,
    commandId: string,
    digest: string | undefined,
  ): Promise<CommandOutcome<Reply, Rejection> | undefined> {
    for await (const [event] of this.options.store.readStream(stream, version)) {
      if (!event) break;
      const metadata = readMetadata(event);
      if (metadata.commandId !== commandId) return undefined;
      if (metadata.commandDigest !== digest) return this.idReused(commandId);
      const reply = this.decider.replyTo(this.decider.codec.decode(event));
      return { reply, commandId, position: event.position };
    }
    throw new StoreFault('store-corrupt', `event ${version} of ${stream} is gone from the store`, false);
  }

  private idReused(commandId: string): CommandOutcome<Reply, Rejection> {
    return { commandId, rejected: this.options.refuse({ code: 'CommandIdReused', commandId }) };
  }

  private async load(): Promise<LoadedStream<State, Event>> {
    const { store } = this.options;
    this.loaded = await LoadedStream.load<State, Event>(
      this.id,
      this.decider,
      store,
      this.windowMs + CLOCK_SKEW_MAX_MS,
    );
    return this.loaded;
  }
}

function toOutcome<Event, Reply, Rejection>(
  decision: Decision<Event, Reply, Rejection>,
  commandId: string,
  position: Position | undefined,
): CommandOutcome<Reply, Rejection> {
  if ('events' in decision) return { reply: decision.reply, commandId, position };
  return { rejected: decision.rejected, commandId };
}
