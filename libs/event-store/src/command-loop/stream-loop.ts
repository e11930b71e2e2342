// The command loop of one stream (see command-loop.ts). At most one append of the stream is in the air, and one batch
// is in the hand: commands are decided as they come, as if the append in the air had landed, so that deciding and
// waiting for the disk go on at once. The batch in the hand is sent when the one in the air has landed; if that fails,
// whatever was decided upon it is thrown away and decided anew upon what is really there.
//
// Why not two appends in the air: the store cannot tell that the second was decided upon the first. If the first fails,
// and another writer appended as many events as it had, the second's expected version is right and its content wrong.
import { type BatchOptions, Batch, CLOCK_SKEW_MAX_MS } from './batch';
import type { CommandEnvelope, CommandOutcome } from './command-envelope';
import { type CommandLoopOptions, WINDOW_DEFAULT_MS } from './loop-options';
import type { Decider } from './decider';
import { digestOf } from '../envelope/event-envelope';
import type { AppendResult, EventStore, RecordedEvent, Version } from '../port/event-store';
import { FirstReplies } from './first-replies';
import { LoadedStream } from './loaded-stream';
import { appendSurely } from './append-surely';
import { PendingCommand } from './pending-command';

/** Commands that may wait; beyond it the caller is told to come back. */
const WAITING_MAX = 100_000;
/** Another process may append in between this often before we give up. */
const CONFLICT_ATTEMPTS_MAX = 16;
/** So many commands are not worth a second append: when nothing is in the air, they go together. */
const UNDIVIDED_MAX = 64;
/** Commands for which the store is read at once, and that are refused if it cannot be. */
const READ_FOR_MAX = 512;

const NOW = Promise.resolve();

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

export class StreamLoop<State, Command, Event, Reply, Rejection> {
  private loaded: LoadedStream<State, Event> | undefined;
  private loading: Promise<LoadedStream<State, Event>> | undefined;
  private waiting: PendingCommand<Command, Reply, Rejection>[] = [];
  private hand: Batch<State, Command, Event, Reply, Rejection> | undefined;
  private inTheAir: Batch<State, Command, Event, Reply, Rejection> | undefined;
  /** Since an append last landed. */
  private conflicts = 0;
  private isTurnDue = false;
  /** The store is being read; until then nothing is decided. */
  private isReading = false;
  /** Those with an id of their caller's, by it. */
  private readonly underWay = new Map<string, PendingCommand<Command, Reply, Rejection>>();
  private readonly firstReplies: FirstReplies<State, Command, Event, Reply, Rejection>;
  private readonly deciding: BatchOptions<State, Command, Event, Reply, Rejection>;

  constructor(
    private readonly id: string,
    private readonly decider: Decider<State, Command, Event, Reply, Rejection>,
    private readonly options: CommandLoopOptions<Rejection>,
  ) {
    const { store, clock, chance, refuse, windowMs = WINDOW_DEFAULT_MS } = options;
    this.firstReplies = new FirstReplies(decider, store, refuse);
    this.deciding = { decider, clock, chance, windowMs, refuse, firstReplies: this.firstReplies };
  }

  get isIdle(): boolean {
    return !this.isTurnDue && !this.inTheAir && !this.hand && this.waiting.length === 0;
  }

  execute(envelope: CommandEnvelope<Command>): Promise<CommandOutcome<Reply, Rejection>> {
    const { commandId } = envelope;
    const digest = commandId === undefined ? undefined : digestOf(envelope.said ?? envelope.command);
    const same = commandId === undefined ? undefined : this.underWay.get(commandId);
    if (same) {
      if (same.digest === digest) return same.promise;
      return Promise.resolve(this.firstReplies.idReused(commandId as string));
    }
    if (this.waiting.length >= WAITING_MAX) {
      return Promise.reject(
        new LoopFault('too-busy', `${WAITING_MAX} commands wait for ${this.id}; try later`),
      );
    }
    const taken = new PendingCommand<Command, Reply, Rejection>(envelope, digest);
    if (commandId !== undefined) this.underWay.set(commandId, taken);
    this.waiting.push(taken);
    this.turnSoon();
    return taken.promise;
  }

  async recall(envelope: CommandEnvelope<Command>): Promise<CommandOutcome<Reply, Rejection> | undefined> {
    const { commandId } = envelope;
    if (commandId === undefined) return undefined;
    const digest = digestOf(envelope.said ?? envelope.command);
    const loaded = await this.upToDate();
    const same = this.underWay.get(commandId);
    if (same && same.digest === digest) return same.promise;
    const taken = new PendingCommand<Command, Reply, Rejection>(envelope, digest);
    return this.firstReplies.isSuspect(loaded, taken) ? this.firstReplies.find(loaded, taken) : undefined;
  }

  async peek(): Promise<State> {
    return (await this.upToDate()).state;
  }

  /** The stream with all that was durable when it was asked for, also of other writers. */
  private async upToDate(): Promise<LoadedStream<State, Event>> {
    const loaded = this.loaded ?? (await this.load());
    const { hasOtherWriters = false } = this.options;
    if (!hasOtherWriters || !(await this.isOvertaken(loaded))) return loaded;
    // What is under way upon that state finds out by itself, and is not to be hurried.
    if (this.isIdle && this.loaded === loaded) this.loaded = undefined;
    return this.isIdle ? this.load() : this.read();
  }

  /** Whether the store has events that `loaded` has not: the last one is of others, as each is chained to all before. */
  private async isOvertaken(loaded: LoadedStream<State, Event>): Promise<boolean> {
    let last: RecordedEvent | undefined;
    for await (const page of this.options.store.readStream(loaded.stream, loaded.durableVersion + 1))
      last = page[page.length - 1] ?? last;
    if (this.loaded !== loaded) return true;
    return last !== undefined && last.version > loaded.durableVersion && !this.inTheAir?.has(last);
  }

  /** A turn later, so that all commands that come in this one share the first append. */
  private turnSoon(): void {
    if (this.isTurnDue) return;
    this.isTurnDue = true;
    // Not queueMicrotask: Node wraps each of its callbacks, which costs as much as deciding a command.
    void NOW.then(this.turn);
  }

  private readonly turn = (): void => {
    this.isTurnDue = false;
    if (this.waiting.length > 0 && !this.isReading) this.takeUp();
    if (!this.inTheAir) this.send();
  };

  /** Decides what waits, as far as the hand has room. */
  private takeUp(): void {
    const { loaded } = this;
    if (!loaded) {
      // What is in the air is to be among what is loaded.
      if (!this.inTheAir) void this.loadForThoseWaiting();
      return;
    }
    const divideAt = Math.max(UNDIVIDED_MAX, this.waiting.length >> 1);
    let at = 0;
    for (; at < this.waiting.length; at += 1) {
      const next = this.waiting[at] as PendingCommand<Command, Reply, Rejection>;
      const { hand } = this;
      if (hand && !this.inTheAir && (hand.isFull || hand.decided.length >= divideAt)) this.send();
      if (this.hand?.isFull) break;
      if (next.comparedWith !== loaded && this.firstReplies.isSuspect(loaded, next)) {
        void this.lookBack(loaded, at);
        break;
      }
      this.hand ??= new Batch(loaded, this.deciding);
      try {
        this.hand.decide(next);
      } catch (bug) {
        this.waiting = [...this.throwAway(), ...this.waiting.slice(at + 1)];
        this.refuse([next], bug);
        return this.turnSoon();
      }
    }
    this.waiting = at === this.waiting.length ? [] : this.waiting.slice(at);
  }

  /** Sends the hand; there must be nothing in the air. */
  private send(): void {
    const batch = this.hand;
    if (!batch) return;
    this.hand = undefined;
    const { store, hasOtherWriters = false } = this.options;
    const isOnlyAnswers = batch.events.length === 0;
    if (isOnlyAnswers && !hasOtherWriters) {
      batch.land([]);
      return this.answer(batch);
    }
    this.inTheAir = batch;
    const appending = isOnlyAnswers
      ? confirm(store, batch.stream, batch.expected)
      : appendSurely(store, batch.stream, batch.expected, batch.events);
    appending.then(
      (result) => this.landed(batch, result),
      (fault: unknown) => {
        this.startOver([]);
        this.refuse(batch.commands(), fault);
      },
    );
  }

  private landed(batch: Batch<State, Command, Event, Reply, Rejection>, result: AppendResult): void {
    if (result.outcome === 'conflict') return this.lost(batch);
    this.inTheAir = undefined;
    this.conflicts = 0;
    batch.land(result.positions);
    // So that the disk does not wait for callers.
    if (this.hand && this.hand.events.length > 0) this.send();
    this.answer(batch);
    if (!this.inTheAir) this.send();
    if (this.waiting.length > 0) this.turnSoon();
  }

  /** Another writer was there first. */
  private lost(batch: Batch<State, Command, Event, Reply, Rejection>): void {
    this.conflicts += 1;
    if (this.conflicts < CONFLICT_ATTEMPTS_MAX) return this.startOver(batch.commands());
    const message = `${this.conflicts} appends to ${this.id} lost against other writers`;
    this.conflicts = 0;
    this.startOver([]);
    this.refuse(batch.commands(), new LoopFault('contended', message));
  }

  /** What was in the air has failed: its `commands`, and what was decided upon it, are decided anew. */
  private startOver(commands: readonly PendingCommand<Command, Reply, Rejection>[]): void {
    this.inTheAir = undefined;
    this.waiting = [...commands, ...this.throwAway(), ...this.waiting];
    this.turnSoon();
  }

  /** Forgets the state and what was decided upon it. Gives back the commands. */
  private throwAway(): PendingCommand<Command, Reply, Rejection>[] {
    const commands = this.hand?.commands() ?? [];
    this.loaded = undefined;
    this.hand = undefined;
    return commands;
  }

  private answer(batch: Batch<State, Command, Event, Reply, Rejection>): void {
    batch.answer();
    for (const { taken } of batch.decided) this.forget(taken);
  }

  private refuse(commands: readonly PendingCommand<Command, Reply, Rejection>[], fault: unknown): void {
    for (const taken of commands) {
      this.forget(taken);
      taken.reject(fault);
    }
  }

  private forget({ envelope: { commandId } }: PendingCommand<Command, Reply, Rejection>): void {
    if (commandId !== undefined) this.underWay.delete(commandId);
  }

  /** Looks whether those that may have been answered before were, from the `from`th that waits on. */
  private async lookBack(loaded: LoadedStream<State, Event>, from: number): Promise<void> {
    this.isReading = true;
    const suspects = this.waiting
      .slice(from, from + READ_FOR_MAX)
      .filter((taken) => this.firstReplies.isSuspect(loaded, taken));
    for (const suspect of suspects) {
      try {
        suspect.repeat = await this.firstReplies.find(loaded, suspect);
        suspect.comparedWith = loaded;
      } catch (fault) {
        this.waiting = this.waiting.filter((taken) => taken !== suspect);
        this.refuse([suspect], fault);
      }
    }
    this.isReading = false;
    this.turnSoon();
  }

  private async loadForThoseWaiting(): Promise<void> {
    this.isReading = true;
    try {
      await this.load();
    } catch (fault) {
      this.refuse(this.waiting.splice(0, READ_FOR_MAX), fault);
    }
    this.isReading = false;
    this.turnSoon();
  }

  private load(): Promise<LoadedStream<State, Event>> {
    this.loading ??= this.read()
      .then((loaded) => (this.loaded = loaded))
      .finally(() => (this.loading = undefined));
    return this.loading;
  }

  private read(): Promise<LoadedStream<State, Event>> {
    const { store, windowMs = WINDOW_DEFAULT_MS } = this.options;
    return LoadedStream.load(this.id, this.decider, store, windowMs + CLOCK_SKEW_MAX_MS);
  }
}

/** What an append of nothing would say: whether the stream is still as it was decided upon. */
async function confirm(store: EventStore, stream: string, expected: Version): Promise<AppendResult> {
  for await (const [event] of store.readStream(stream, expected + 1))
    if (event) return { outcome: 'conflict', actual: event.version };
  return { outcome: 'appended', positions: [] };
}
