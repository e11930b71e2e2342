// Commands of one stream that were decided one upon the other, and go in one append: what is to be appended, and what
// each command is told once that is durable. Deciding moves the loaded stream on as if the append had landed already.
import { type Chance, type Clock, CLOCK_SKEW_MAX_MS } from '@holdfast/clock';
import type { CommandOutcome } from './command-envelope';
import type { FormatGate, LoopRefusal } from './loop-options';
import type { Decider, Decision, DecisionTime, StoredForm } from './decider';
import type { NewEvent, Position, RecordedEvent, Version } from '../port/event-store';
import type { Traceless } from './first-replies';
import type { ReplyStore } from '../port/reply-store';
import type { DurableEnd } from './durable-end';
import type { LoadedStream } from './loaded-stream';
import type { PendingCommand } from './pending-command';

/** Commands that go in one append: enough to make an fsync cheap, few enough to keep latency low. */
export const COMMANDS_MAX = 512;
/** Text that goes in one append, UTF-16 units: in the worst case below the 1 MB that every store takes. */
const TEXT_MAX = 250_000;

export interface BatchOptions<State, Command, Event, Reply, Rejection> {
  readonly decider: Pick<Decider<State, Command, Event, Reply, Rejection>, 'decide' | 'codec'>;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly windowMs: number;
  readonly refuse: (refusal: LoopRefusal) => Rejection;
  readonly replies: Pick<ReplyStore, 'forgottenUntilMs'>;
  readonly format?: FormatGate;
  /** Less once the store took no more; not again in this life of the loop, as what it takes is seldom changed. */
  commandsMax: number;
}

type Decided<Command, Event, Reply, Rejection> = {
  readonly pending: PendingCommand<Command, Reply, Rejection>;
  readonly commandId: string;
  /** How many events the batch had after it: the last of these is its own, or what it was decided upon. */
  readonly eventsUpTo: number;
} & (
  | { readonly decision: Decision<Event, Reply, Rejection>; readonly outcome?: undefined }
  /** Known without deciding. */
  | { readonly outcome: CommandOutcome<Reply, Rejection>; readonly decision?: undefined }
);

export class Batch<State, Command, Event, Reply, Rejection> {
  /** In their order. */
  readonly decided: Decided<Command, Event, Reply, Rejection>[] = [];
  readonly events: NewEvent[] = [];
  /** The version that the stream must have for all this to be right. */
  readonly expected: Version;
  private textLength = 0;
  /** Of the events, once they are durable. */
  private positions: readonly Position[] = [];
  /** Of the stream's last event before them. */
  private positionBefore: Position | undefined;

  constructor(
    private readonly loaded: LoadedStream<State, Event>,
    private readonly options: BatchOptions<State, Command, Event, Reply, Rejection>,
  ) {
    this.expected = loaded.version;
  }

  get stream(): string {
    return this.loaded.stream;
  }

  /** What it was decided upon, as far as that is durable. */
  get durableEnd(): DurableEnd {
    return { version: this.loaded.durableVersion, id: this.loaded.durableId };
  }

  get isFull(): boolean {
    return this.decided.length >= this.options.commandsMax || this.textLength >= TEXT_MAX;
  }

  /** Whether the event, as the store has it, is one of these. */
  has({ version, id }: RecordedEvent): boolean {
    return this.events[version - this.expected - 1]?.id === id;
  }

  commands(): PendingCommand<Command, Reply, Rejection>[] {
    return this.decided.map(({ pending }) => pending);
  }

  decide(pending: PendingCommand<Command, Reply, Rejection>): void {
    const { envelope } = pending;
    const { clock, chance, decider } = this.options;
    const clockMs = clock.now();
    const nowMs = Math.max(clockMs, this.loaded.decidedAtMs);
    const moment = { nowMs, issuedAtMs: envelope.issuedAtMs ?? nowMs };
    const commandId = envelope.commandId ?? chance.uuid();
    const { issuedAtMs } = moment;
    const outcome =
      this.beforeWindow(issuedAtMs, clockMs, commandId) ??
      pending.earlierReply ??
      this.forgotten(issuedAtMs, clockMs, pending);
    if (outcome) {
      this.decided.push({ pending, commandId, eventsUpTo: this.events.length, outcome });
      return;
    }
    const decided: Decision<Event, Reply, Rejection> =
      this.fromFuture(issuedAtMs, clockMs) ?? decider.decide(envelope.command, this.loaded.state, moment);
    const decision = 'events' in decided ? this.write(decided, pending, commandId, moment) : decided;
    this.decided.push({ pending, commandId, eventsUpTo: this.events.length, decision });
  }

  /** All of its events, or none: what may not be appended is refused before the state knows of it. */
  private write(
    decided: Decision<Event, Reply, Rejection> & { readonly events: readonly Event[] },
    { digest, envelope }: PendingCommand<Command, Reply, Rejection>,
    commandId: string,
    { nowMs, issuedAtMs }: DecisionTime,
  ): Decision<Event, Reply, Rejection> {
    const forms = decided.events.map((event) => this.options.decider.codec.encode(event));
    const refused = this.aboveLevel(forms);
    if (refused) return refused;
    const { name: actor, through } = envelope.actor;
    // The record's order in time is kept where an earlier event has a time that has not come yet.
    const atMs = Math.max(nowMs, this.loaded.lastAtMs);
    const clockAtMs = atMs === nowMs ? undefined : nowMs;
    const metadata = { commandId, commandDigest: digest, issuedAtMs, atMs, clockAtMs, actor, through };
    decided.events.forEach((event, at) => {
      const stored = this.loaded.record(event, forms[at] as StoredForm, metadata);
      this.textLength += stored.data.length + stored.metadata.length;
      this.events.push(stored);
    });
    return decided;
  }

  /** The one place where every event comes by that is ever appended. */
  private aboveLevel(forms: readonly StoredForm[]): { readonly rejected: Rejection } | undefined {
    const { format, refuse } = this.options;
    if (!format) return undefined;
    for (const { type: form } of forms) {
      const [level, needed] = [format.level(), format.levelOfForm(form)];
      if (needed > level) return { rejected: refuse({ code: 'UpgradeUnfinished', form, level, needed }) };
    }
    return undefined;
  }

  /** To be called when the events are durable, and all that they were decided upon. */
  land(positions: readonly Position[]): void {
    this.positions = positions;
    this.positionBefore = this.loaded.position;
    this.loaded.position = positions[positions.length - 1] ?? this.positionBefore;
    this.loaded.durableVersion = this.expected + this.events.length;
    this.loaded.durableId = this.events[this.events.length - 1]?.id ?? this.loaded.durableId;
  }

  /**
   * Once it has landed: answers every command, but for those that left no event and may come again. These are given back:
   * they are answered when what they are to be told is remembered.
   */
  answer(): Traceless<Command, Reply, Rejection>[] {
    const { positions, positionBefore } = this;
    const traceless: Traceless<Command, Reply, Rejection>[] = [];
    for (const { pending, commandId, eventsUpTo, decision, outcome } of this.decided) {
      if (outcome) {
        pending.resolve(outcome);
        continue;
      }
      const answer = toOutcome(decision, commandId, positions[eventsUpTo - 1] ?? positionBefore);
      if (pending.digest === undefined || leavesTrace(decision)) pending.resolve(answer);
      else traceless.push({ pending, outcome: answer });
    }
    return traceless;
  }

  /** Against the clock, and never against the record: that may have times that have not come yet. */
  private beforeWindow(
    issuedAtMs: number,
    nowMs: number,
    commandId: string,
  ): CommandOutcome<Reply, Rejection> | undefined {
    const { windowMs, refuse } = this.options;
    if (issuedAtMs >= nowMs - windowMs) return undefined;
    return { commandId, rejected: refuse({ code: 'CommandExpired', issuedAtMs, windowMs }) };
  }

  /**
   * For a caller that has more refused than is remembered, the window is as long as its memory; and what was forgotten by a
   * clock that was ahead stays so when that is set back. What is forgotten up to a time that has not come was issued by such
   * a clock itself, and is no reason to refuse what others issue now.
   */
  private forgotten(
    issuedAtMs: number,
    nowMs: number,
    { envelope: { commandId, actor } }: PendingCommand<Command, Reply, Rejection>,
  ): CommandOutcome<Reply, Rejection> | undefined {
    const { replies, refuse } = this.options;
    if (commandId === undefined) return undefined;
    const untilMs = Math.max(replies.forgottenUntilMs(actor.name), this.loaded.commands.forgottenUntilMs);
    if (issuedAtMs > untilMs || untilMs > nowMs) return undefined;
    return { commandId, rejected: refuse({ code: 'CommandExpired', issuedAtMs, windowMs: nowMs - untilMs }) };
  }

  private fromFuture(issuedAtMs: number, nowMs: number): { readonly rejected: Rejection } | undefined {
    if (issuedAtMs <= nowMs + CLOCK_SKEW_MAX_MS) return undefined;
    return { rejected: this.options.refuse({ code: 'CommandFromFuture', issuedAtMs, nowMs }) };
  }
}

function leavesTrace(decision: Decision<unknown, unknown, unknown>): boolean {
  return 'events' in decision && decision.events.length > 0;
}

function toOutcome<Event, Reply, Rejection>(
  decision: Decision<Event, Reply, Rejection>,
  commandId: string,
  position: Position | undefined,
): CommandOutcome<Reply, Rejection> {
  if ('events' in decision) return { reply: decision.reply, commandId, position };
  return { rejected: decision.rejected, commandId };
}
