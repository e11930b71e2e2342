// The command loop of one stream (see command-loop.ts). At most one batch of the stream is in flight, and one is pending:
// commands are decided as they come, as if the append in flight had landed, so that deciding and waiting for the disk go
// on at once. The pending batch is sent when the one in flight has landed; if that fails, whatever was decided upon it is
// thrown away and decided anew upon what is really there.
//
// Why not two appends in flight: the store cannot tell that the second was decided upon the first. If the first fails,
// and another writer appended as many events as it had, the second's expected version is right and its content wrong.
import { CLOCK_SKEW_MAX_MS } from '@holdfast/clock';
import { type BatchOptions, Batch, COMMANDS_MAX } from './batch';
import type { CommandEnvelope, CommandOutcome } from './command-envelope';
import { LoopFault } from './loop-fault';
import { type CommandLoopOptions, WINDOW_DEFAULT_MS } from './loop-options';
import { type Decider, streamOf } from './decider';
import { digestOf } from '../envelope/event-envelope';
import { type AppendResult, StoreFault, type Version } from '../port/event-store';
import type { ReplyStore } from '../port/reply-store';
import { FirstReplies, type Traceless } from './first-replies';
import { confirm, type DurableEnd, lastAfter, NOTHING_KNOWN, wentBack } from './durable-end';
import { LoadedStream } from './loaded-stream';
import { appendSurely } from './append-surely';
import { PendingCommand } from './pending-command';

/** Commands that may wait; beyond it the caller is told to come back. */
const WAITING_MAX = 100_000;
/** Another process may append in between this often before we give up. */
const CONFLICT_ATTEMPTS_MAX = 16;
/** Batches up to this size are not split: when nothing is in flight, they go together. */
const BATCH_SPLIT_MIN = 64;
/** Lookups of earlier replies per read; on a store fault these fail. */
const REPLY_LOOKUPS_MAX = 512;

const NOW = Promise.resolve();

export class StreamLoop<State, Command, Event, Reply, Rejection> {
  private loaded: LoadedStream<State, Event> | undefined;
  private loading: Promise<LoadedStream<State, Event>> | undefined;
  private waiting: PendingCommand<Command, Reply, Rejection>[] = [];
  private pending: Batch<State, Command, Event, Reply, Rejection> | undefined;
  private inFlight: Batch<State, Command, Event, Reply, Rejection> | undefined;
  /** What a later reading of the stream must show. */
  private known: DurableEnd = NOTHING_KNOWN;
  /** Since an append last landed. */
  private conflicts = 0;
  private isRunDue = false;
  /** It was read before. */
  private isRead = false;
  /** The store is being read; until then nothing is decided. */
  private isReading = false;
  /** Commands whose answers are not durable yet; nothing is decided upon these, so that nothing waits for them. */
  private remembering = 0;
  /** Those with an id of their caller's, by it. */
  private readonly underWay = new Map<string, PendingCommand<Command, Reply, Rejection>>();
  private readonly firstReplies: FirstReplies<State, Command, Event, Reply, Rejection>;
  private readonly deciding: BatchOptions<State, Command, Event, Reply, Rejection>;

  constructor(
    private readonly id: string,
    private readonly decider: Decider<State, Command, Event, Reply, Rejection>,
    private readonly options: CommandLoopOptions<Rejection>,
    private readonly replies: ReplyStore,
    /** When this process began to write, by the monotonic clock. */
    private readonly openedMs = options.clock.monotonic(),
  ) {
    const { store, clock, chance, refuse, format, windowMs = WINDOW_DEFAULT_MS } = options;
    const stream = streamOf(decider.category, id);
    this.firstReplies = new FirstReplies(stream, decider, store, replies, refuse);
    const given = { decider, clock, chance, windowMs, refuse, replies, commandsMax: COMMANDS_MAX };
    this.deciding = { ...given, ...(format && { format }) };
  }

  /** Commands without an answer. */
  get size(): number {
    return this.waiting.length + (this.pending?.decided.length ?? 0) + (this.inFlight?.decided.length ?? 0);
  }

  get isIdle(): boolean {
    const isAllDecided = !this.isRunDue && !this.pending && this.waiting.length === 0;
    return isAllDecided && !this.inFlight && this.remembering === 0;
  }

  execute(envelope: CommandEnvelope<Command>): Promise<CommandOutcome<Reply, Rejection>> {
    const { commandId } = envelope;
    const digest = commandId === undefined ? undefined : digestOf(envelope.dedupeOn ?? envelope.command);
    const same = commandId === undefined ? undefined : this.underWay.get(commandId);
    if (same) {
      if (same.digest === digest) return same.promise;
      return Promise.resolve(this.firstReplies.idReused(commandId as string));
    }
    if (this.waiting.length + this.remembering >= WAITING_MAX) {
      return Promise.reject(
        new LoopFault('too-busy', `${WAITING_MAX} commands wait for ${this.id}; try later`),
      );
    }
    const command = new PendingCommand<Command, Reply, Rejection>(envelope, digest);
    if (commandId !== undefined) this.underWay.set(commandId, command);
    this.waiting.push(command);
    this.runSoon();
    return command.promise;
  }

  async recall(envelope: CommandEnvelope<Command>): Promise<CommandOutcome<Reply, Rejection> | undefined> {
    const { commandId, issuedAtMs = Infinity } = envelope;
    if (commandId === undefined) return undefined;
    const { clock, refuse, windowMs = WINDOW_DEFAULT_MS } = this.options;
    if (issuedAtMs < clock.now() - windowMs)
      return { commandId, rejected: refuse({ code: 'CommandExpired', issuedAtMs, windowMs }) };
    const digest = digestOf(envelope.dedupeOn ?? envelope.command);
    const loaded = await this.upToDate();
    await this.replies.catchUp();
    const same = this.underWay.get(commandId);
    if (same && same.digest === digest) return same.promise;
    const command = new PendingCommand<Command, Reply, Rejection>(envelope, digest);
    return this.firstReplies.isSuspect(loaded, command) ? this.firstReplies.find(loaded, command) : undefined;
  }

  /** What the command is told, and from now on, that was refused before it came here. */
  async refused(
    envelope: CommandEnvelope<Command> & { readonly commandId: string },
    rejected: Rejection,
  ): Promise<CommandOutcome<Reply, Rejection>> {
    const { commandId } = envelope;
    const digest = digestOf(envelope.dedupeOn ?? envelope.command);
    const pending = new PendingCommand<Command, Reply, Rejection>(envelope, digest);
    const same = this.underWay.get(commandId);
    if (same) return same.digest === digest ? same.promise : this.firstReplies.idReused(commandId);
    this.underWay.set(commandId, pending);
    void this.remember([{ pending, outcome: { rejected, commandId } }]);
    return pending.promise;
  }

  async peek(): Promise<State> {
    return (await this.upToDate()).state;
  }

  /** The stream with all that was durable when it was asked for, also of other writers. */
  private async upToDate(): Promise<LoadedStream<State, Event>> {
    if (this.isAhead() && this.isIdle) this.loaded = undefined;
    const loaded = this.loaded ?? (await this.load());
    const { hasOtherWriters = false } = this.options;
    if (!hasOtherWriters || !(await this.isOvertaken(loaded))) return loaded;
    // What is under way upon that state finds out by itself, and is not to be hurried.
    if (this.isIdle && this.loaded === loaded) this.loaded = undefined;
    return this.isIdle ? this.load() : this.read();
  }

  /** Whether the store has events that `loaded` has not: the last one is of others, as each is chained to all before. */
  private async isOvertaken(loaded: LoadedStream<State, Event>): Promise<boolean> {
    const end = { version: loaded.durableVersion, id: loaded.durableId };
    const last = await lastAfter(this.options.store, loaded.stream, end);
    if (this.loaded !== loaded) return true;
    return last !== undefined && last.version > loaded.durableVersion && !this.inFlight?.has(last);
  }

  /** A microtask later, so that all commands that come until then share the first append. */
  private runSoon(): void {
    if (this.isRunDue) return;
    this.isRunDue = true;
    // Not queueMicrotask: Node wraps each of its callbacks, which costs as much as deciding a command.
    void NOW.then(this.run);
  }

  private readonly run = (): void => {
    this.isRunDue = false;
    if (this.waiting.length > 0 && !this.isReading) this.takeUp();
    if (!this.inFlight) this.send();
  };

  /** Decides what waits, as far as the pending batch has room. */
  private takeUp(): void {
    if (this.isAhead()) {
      // What is under way upon it lands first.
      if (this.inFlight || this.pending) return;
      this.loaded = undefined;
    }
    const { loaded } = this;
    if (!loaded) {
      // What is in flight is to be among what is loaded.
      if (!this.inFlight) void this.loadForThoseWaiting();
      return;
    }
    const divideAt = Math.max(BATCH_SPLIT_MIN, this.waiting.length >> 1);
    let at = 0;
    for (; at < this.waiting.length; at += 1) {
      const next = this.waiting[at] as PendingCommand<Command, Reply, Rejection>;
      const { pending } = this;
      if (pending && !this.inFlight && (pending.isFull || pending.decided.length >= divideAt)) this.send();
      if (this.pending?.isFull) break;
      if (next.lookedUpIn !== loaded && this.isSuspect(loaded, next)) {
        void this.lookBack(loaded, at);
        break;
      }
      this.pending ??= new Batch(loaded, this.deciding);
      try {
        this.pending.decide(next);
      } catch (bug) {
        this.waiting = [...this.throwAway(), ...this.waiting.slice(at + 1)];
        this.refuse([next], bug);
        return this.runSoon();
      }
    }
    this.waiting = at === this.waiting.length ? [] : this.waiting.slice(at);
  }

  /** Sends the pending batch; there must be nothing in flight. */
  private send(): void {
    const batch = this.pending;
    if (!batch) return;
    this.pending = undefined;
    const { store, hasOtherWriters = false } = this.options;
    const isOnlyAnswers = batch.events.length === 0;
    if (isOnlyAnswers && !hasOtherWriters) {
      batch.land([]);
      return this.answer(batch);
    }
    this.inFlight = batch;
    const { observer, clock } = this.options;
    const sentMs = observer && !isOnlyAnswers ? clock.monotonic() : undefined;
    if (sentMs !== undefined) observer?.sent(batch.decided.length, batch.events.length);
    const appending = isOnlyAnswers
      ? confirm(store, batch.stream, batch.durableEnd)
      : appendSurely(store, clock, batch.stream, batch.expected, batch.events);
    appending.then(
      (result) => {
        const isDone = sentMs !== undefined && result.outcome === 'appended';
        if (isDone) observer?.landed(clock.monotonic() - sentMs);
        this.landed(batch, result);
      },
      (fault: unknown) => this.failed(batch, fault),
    );
  }

  private landed(batch: Batch<State, Command, Event, Reply, Rejection>, result: AppendResult): void {
    if (result.outcome === 'conflict') return this.lost(batch, result.actual);
    this.inFlight = undefined;
    this.conflicts = 0;
    batch.land(result.positions);
    this.known = batch.durableEnd;
    // So that the disk does not wait for callers.
    if (this.pending && this.pending.events.length > 0) this.send();
    this.answer(batch);
    if (!this.inFlight) this.send();
    if (this.waiting.length > 0) this.runSoon();
  }

  private failed(batch: Batch<State, Command, Event, Reply, Rejection>, fault: unknown): void {
    const count = batch.decided.length;
    if (fault instanceof StoreFault && fault.code === 'append-too-large' && count > 1) {
      // Each may fit by itself: the store takes less than the port, because somebody set it so.
      this.deciding.commandsMax = count >> 1;
      return this.startOver(batch.commands());
    }
    this.startOver([]);
    this.refuse(batch.commands(), fault);
  }

  /** Another writer was there first. */
  private lost(batch: Batch<State, Command, Event, Reply, Rejection>, actual: Version): void {
    if (actual < this.known.version) {
      this.startOver([]);
      return this.refuse(batch.commands(), wentBack(batch.stream, this.known));
    }
    this.options.observer?.conflicted();
    this.conflicts += 1;
    if (this.conflicts < CONFLICT_ATTEMPTS_MAX) return this.startOver(batch.commands());
    const message = `${this.conflicts} appends to ${this.id} lost against other writers`;
    this.conflicts = 0;
    this.startOver([]);
    this.refuse(batch.commands(), new LoopFault('contended', message));
  }

  /** What was in flight has failed: its `commands`, and what was decided upon it, are decided anew. */
  private startOver(commands: readonly PendingCommand<Command, Reply, Rejection>[]): void {
    this.inFlight = undefined;
    this.waiting = [...commands, ...this.throwAway(), ...this.waiting];
    this.runSoon();
  }

  /** Forgets the state and what was decided upon it. Gives back the commands. */
  private throwAway(): PendingCommand<Command, Reply, Rejection>[] {
    const commands = this.pending?.commands() ?? [];
    this.loaded = undefined;
    this.pending = undefined;
    return commands;
  }

  /** Of what one's own process alone appends to, all that it finds when it reads it first happened before it was opened. */
  private happenedByMs(): number {
    const { clock, hasOtherWriters = false } = this.options;
    const nowMs = clock.now();
    if (hasOtherWriters || this.isRead) return nowMs;
    this.isRead = true;
    return Math.ceil(nowMs - (clock.monotonic() - this.openedMs));
  }

  /** Whether the clock went far back since it was loaded: when its events happened is then to be judged anew. */
  private isAhead(): boolean {
    const { loaded, options } = this;
    return loaded !== undefined && loaded.decidedAtMs > options.clock.now() + CLOCK_SKEW_MAX_MS;
  }

  private answer(batch: Batch<State, Command, Event, Reply, Rejection>): void {
    const traceless = batch.answer();
    const later = traceless.length > 0 && new Set(traceless.map(({ pending }) => pending));
    for (const { pending } of batch.decided) if (!later || !later.has(pending)) this.forget(pending);
    if (later) void this.remember(traceless);
  }

  /** Answers them once what they are told is durable. */
  private async remember(traceless: readonly Traceless<Command, Reply, Rejection>[]): Promise<void> {
    const { clock, windowMs = WINDOW_DEFAULT_MS } = this.options;
    const nowMs = clock.now();
    this.remembering += traceless.length;
    try {
      const sinceMs = nowMs - windowMs - CLOCK_SKEW_MAX_MS;
      const outcomes = await this.firstReplies.remember(traceless, nowMs, sinceMs);
      outcomes.forEach((outcome, at) => traceless[at]?.pending.resolve(outcome));
      for (const { pending } of traceless) this.forget(pending);
    } catch (fault) {
      this.refuse(
        traceless.map(({ pending }) => pending),
        fault,
      );
    }
    this.remembering -= traceless.length;
  }

  /** Where other processes answer too, whoever comes under an id may have been answered there. */
  private isSuspect(
    loaded: LoadedStream<State, Event>,
    command: PendingCommand<Command, Reply, Rejection>,
  ): boolean {
    if (this.options.hasOtherWriters && command.digest !== undefined) return true;
    return this.firstReplies.isSuspect(loaded, command);
  }

  private refuse(commands: readonly PendingCommand<Command, Reply, Rejection>[], fault: unknown): void {
    for (const command of commands) {
      this.forget(command);
      command.reject(fault);
    }
  }

  private forget({ envelope: { commandId } }: PendingCommand<Command, Reply, Rejection>): void {
    if (commandId !== undefined) this.underWay.delete(commandId);
  }

  /** Looks whether those that may have been answered before were, from the `from`th that waits on. */
  private async lookBack(loaded: LoadedStream<State, Event>, from: number): Promise<void> {
    this.isReading = true;
    const suspects = this.waiting
      .slice(from, from + REPLY_LOOKUPS_MAX)
      .filter((command) => this.isSuspect(loaded, command));
    // After the stream was read: see infra/docs/adr/0026.
    const caughtUp = this.replies.catchUp();
    for (const suspect of suspects) {
      try {
        await caughtUp;
        suspect.earlierReply = await this.firstReplies.find(loaded, suspect);
        suspect.lookedUpIn = loaded;
      } catch (fault) {
        this.waiting = this.waiting.filter((command) => command !== suspect);
        this.refuse([suspect], fault);
      }
    }
    this.isReading = false;
    this.runSoon();
  }

  private async loadForThoseWaiting(): Promise<void> {
    this.isReading = true;
    try {
      await this.load();
    } catch (fault) {
      this.refuse(this.waiting.splice(0, REPLY_LOOKUPS_MAX), fault);
    }
    this.isReading = false;
    this.runSoon();
  }

  private load(): Promise<LoadedStream<State, Event>> {
    this.loading ??= this.read()
      .then((loaded) => (this.loaded = loaded))
      .finally(() => (this.loading = undefined));
    return this.loading;
  }

  private async read(): Promise<LoadedStream<State, Event>> {
    const { store, windowMs = WINDOW_DEFAULT_MS } = this.options;
    const loaded = await LoadedStream.load(
      ...([this.id, this.decider, store, windowMs + CLOCK_SKEW_MAX_MS, this.happenedByMs()] as const),
      this.known,
    );
    this.known = { version: loaded.durableVersion, id: loaded.durableId };
    await this.replies.catchUp();
    return loaded;
  }
}
