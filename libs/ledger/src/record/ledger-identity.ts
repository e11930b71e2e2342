// Which ledger this is, and which process of it: what marks are written from and compared with. It reads the log for each
// comparison, because a log can go back under a running process; it knows none of the sides.
import { Backoff, type Chance, type Clock, sleep } from '@holdfast/clock';
import {
  type Actor,
  type CommandLoopOptions,
  comparePositions,
  type EventStore,
  type RecordedEvent,
  StoreFault,
  streamOf,
} from '@holdfast/event-store';
import {
  eventText,
  type FencedVerdict,
  LEDGER_RECORD_ID,
  type LedgerMark,
  type LedgerRecordCommand,
  ledgerRecord,
  type MarkVerdict,
  parseEventText,
  isSameMark,
  type RecordedFence,
  type RecordedRecovery,
  type RecoverSide,
  type Rejection,
  type Side,
} from '@holdfast/ipam';
import { LedgerRecordLoop } from '../command/aggregate-loops';
import type { LedgerReader } from '../follow/ledger-reader';

export interface LedgerIdentityOptions {
  readonly store: EventStore;
  readonly reader: LedgerReader;
  readonly clock: Clock;
  readonly chance: Chance;
  /** Whether no other process may append to this log; then nothing that a mark names can be on its way. */
  readonly isSoleWriter: boolean;
  readonly refuse: CommandLoopOptions<Rejection>['refuse'];
}

/** Another process may have written the mark from events that we have not read yet. */
const BEHIND_GRACE_MS = 5_000;
const START_RETRY = { firstMs: 50, maxMs: 5_000 };
const ACTOR = { name: 'holdfast', through: 'control-plane' } as const;
const RECORD_STREAM = streamOf(ledgerRecord.category, LEDGER_RECORD_ID);
const AGREES: MarkVerdict = { kind: 'agrees' };

export class LedgerIdentity {
  /** Names this process, from here to its end. */
  readonly incarnation: string;
  private readonly loop: LedgerRecordLoop;

  constructor(private readonly options: LedgerIdentityOptions) {
    const { store, clock, chance, refuse, isSoleWriter } = options;
    this.incarnation = chance.uuid();
    this.loop = new LedgerRecordLoop({
      ...{ store, clock, chance, refuse, hasOtherWriters: !isSoleWriter },
    });
  }

  /**
   * Records that this process begins to work on the ledger; the first one ever gives it its id. Tries until the store takes it.
   * @throws StoreFault for what no other try heals
   */
  async start(): Promise<void> {
    const { reader, chance, clock } = this.options;
    const { incarnation } = this;
    const backoff = new Backoff(START_RETRY, chance);
    // A ledger from before there was a record is known by its first event, in marks too.
    const ledger = reader.ledgerId ?? chance.uuid();
    for (;;) {
      try {
        const position = await this.execute({ type: 'StartIncarnation', ledger, incarnation });
        if (position !== undefined) await reader.hasReached(position, BEHIND_GRACE_MS);
        return;
      } catch (fault) {
        if (!(fault instanceof StoreFault && fault.retryable)) throw fault;
        await sleep(clock, backoff.nextDelayMs());
      }
    }
  }

  /** Whether no other process may append to this log. */
  get isSoleWriter(): boolean {
    return this.options.isSoleWriter;
  }

  /** `undefined` before the first start. */
  get ledger(): string | undefined {
    return this.options.reader.ledgerId;
  }

  mark(): LedgerMark {
    const { reader } = this.options;
    const { ledgerId, lastEvent } = reader;
    return {
      ...(ledgerId !== undefined && { ledger: ledgerId }),
      ...(lastEvent && { position: lastEvent.position, event: eventText(lastEvent) }),
      incarnation: this.incarnation,
    };
  }

  fenceOf(side: Side): RecordedFence | undefined {
    return this.options.reader.record.fences.get(side);
  }

  /** For every process on this ledger, and after restarts. @throws StoreFault */
  async fence(side: Side, { why, message }: FencedVerdict): Promise<void> {
    await this.execute({ type: 'FenceSide', side, why, message });
  }

  /** @throws StoreFault */
  async lift(side: Side, because: string): Promise<void> {
    if (this.fenceOf(side)) await this.execute({ type: 'LiftFence', side, because });
  }

  /** What an operator decided last of the side. */
  recoveryOf(side: Side): RecordedRecovery | undefined {
    return this.options.reader.record.recoveries.get(side);
  }

  /** @param by who decided. Resolves with the position of what was recorded, once the reader shows it. @throws StoreFault */
  async recover(decision: Omit<RecoverSide, 'type'>, by: string): Promise<string | undefined> {
    const position = await this.execute(
      { type: 'RecoverSide', ...decision },
      { name: by, through: 'recover' },
    );
    if (position !== undefined) await this.options.reader.hasReached(position, BEHIND_GRACE_MS);
    return position;
  }

  /** See `MarkedLedger.judge` in libs/projection. @throws StoreFault */
  async judge(found: LedgerMark, side: Side): Promise<MarkVerdict> {
    const recovery = this.recoveryOf(side);
    // Only what was there when it was decided: whoever wrote there since is fenced anew.
    if (recovery && isSameMark(recovery.replaced, found)) return AGREES;
    return this.compare(found);
  }

  /** The same, whatever was decided: whether this log has that event there, and knows who wrote the mark. @throws StoreFault */
  async compare(found: LedgerMark): Promise<MarkVerdict> {
    return (
      this.judgeLedger(found) ??
      (await this.judgePosition(found)) ??
      (await this.judgeEvent(found)) ??
      (await this.judgeIncarnation(found)) ??
      AGREES
    );
  }

  private judgeLedger(found: LedgerMark): MarkVerdict | undefined {
    const { ledger } = this;
    if (found.ledger === undefined || found.ledger === ledger) return undefined;
    return fenced(
      'OtherLedger',
      `What is there comes from the ledger ${found.ledger}, not from this one (${ledger ?? 'which is new'}).`,
    );
  }

  private async judgePosition({ position }: LedgerMark): Promise<MarkVerdict | undefined> {
    const { reader } = this.options;
    if (position === undefined || (await this.isReached(position))) return undefined;
    const end = reader.position ?? 'its beginning';
    return fenced(
      'LedgerBehind',
      `What is there goes to position ${position}, this ledger only to ${end}: it lost events, or is an older copy.`,
    );
  }

  private isReached(position: string): boolean | Promise<boolean> {
    const { reader, isSoleWriter } = this.options;
    if (!isSoleWriter) return reader.hasReached(position, BEHIND_GRACE_MS);
    return reader.position !== undefined && comparePositions(position, reader.position) <= 0;
  }

  /** A mark from before there were events in it says no more than its position. */
  private async judgeEvent({ position, event }: LedgerMark): Promise<MarkVerdict | undefined> {
    if (event === undefined) return undefined;
    const named = parseEventText(event);
    const is = named && (await this.eventAt(named.stream, named.version));
    if (is && is.id === named.id && (position === undefined || is.position === position)) return undefined;
    const instead = is
      ? `this ledger has another event there (${eventText(is)})`
      : 'this ledger has no such event';
    return fenced(
      'Forked',
      `What is there comes from the event ${event} at position ${position ?? 'unknown'}, and ${instead}: they parted before.`,
    );
  }

  private async eventAt(stream: string, version: number): Promise<RecordedEvent | undefined> {
    for await (const page of this.options.store.readStream(stream, version)) return page[0];
    return undefined;
  }

  private async judgeIncarnation({ incarnation }: LedgerMark): Promise<MarkVerdict | undefined> {
    if (incarnation === undefined || (await this.isKnown(incarnation))) return undefined;
    return fenced(
      'UnknownIncarnation',
      `What is there was written by a process (${incarnation}) that this ledger knows nothing of: one of the two is a copy of the other.`,
    );
  }

  private async isKnown(incarnation: string): Promise<boolean> {
    const { reader, isSoleWriter, store } = this.options;
    if (reader.record.incarnations.has(incarnation)) return true;
    if (isSoleWriter) return false;
    // Its start was in the log before any mark of it, and may not have been followed yet.
    for await (const page of store.readStream(RECORD_STREAM, 0)) {
      const events = page.map((recorded) => ledgerRecord.codec.decode(recorded));
      if (events.some((event) => event.type === 'IncarnationStarted' && event.incarnation === incarnation))
        return true;
    }
    return false;
  }

  private async execute(command: LedgerRecordCommand, actor: Actor = ACTOR): Promise<string | undefined> {
    const outcome = await this.loop.execute(LEDGER_RECORD_ID, { actor, command });
    if (outcome.rejected) throw new StoreFault('store-corrupt', outcome.rejected.message, false);
    return outcome.position;
  }
}

const fenced = (why: FencedVerdict['why'], message: string): MarkVerdict => ({
  kind: 'fenced',
  why,
  message,
});
