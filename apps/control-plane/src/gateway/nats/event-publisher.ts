// Committed events onto NATS, in the order of the log, each with its id to deduplicate by. Where the server keeps
// a stream of them (JetStream), the stream says where to go on after a restart, and whether it is this ledger's: the mark lives
// where the effect lives. Where it does not, events go to whoever listens now, from the log's end at the start.
import { type Cancel, type Chance, type Clock } from '@holdfast/clock';
import type { EventStore, Position, RecordedEvent } from '@holdfast/event-store';
import { CONTENT_TYPES, NATS_HEADERS, encodeEventJson, eventSubject, placeOf } from '@holdfast/api';
import { eventText, type FencedVerdict, type LedgerMark, MARK_FIELDS } from '@holdfast/ipam';
import { type FollowingFault, type LedgerIdentity, LogFollower, factOf } from '@holdfast/ledger';
import { Fence, type FenceState, type MarkedLedger } from '@holdfast/projection';
import { type NatsConnection, headers } from 'nats';
import { EventStream, type OutgoingEvent } from './event-stream';

export interface EventPublisherOptions {
  readonly connection: NatsConnection;
  readonly store: EventStore;
  readonly ledger: MarkedLedger & Pick<LedgerIdentity, 'compare'>;
  readonly clock: Clock;
  readonly chance: Chance;
  /** Where to begin when no stream on the server says so. */
  readonly from: Position | undefined;
  /** Something began to fail, or works again: `failing` says what. */
  readonly onFailing: () => void;
  /** Whether it may publish is something else; `open` where there is no stream. */
  readonly onFence: (state: FenceState, verdict: FencedVerdict | undefined, found: LedgerMark) => void;
}

/** The stream is looked at anew: after a fault, when nobody knows how far it got. */
const AFTER_FAULT_MS = 250;
/** And while it is fenced: an operator may have put it right. */
const WHILE_FENCED_MS = 2_000;

export class EventPublisher {
  private readonly fence: Fence;
  private stream: EventStream | undefined;
  private follower: LogFollower | undefined;
  private reached: Position | undefined;
  /** That the stream cannot be opened, and that it does not take events: each ends by its own success. */
  private readonly faults: { opening?: FollowingFault; publishing?: FollowingFault } = {};
  private isStopped = false;
  private looking: Promise<void> = Promise.resolve();
  private cancelLook: Cancel = () => undefined;

  constructor(private readonly options: EventPublisherOptions) {
    const { ledger, clock, chance } = options;
    this.fence = new Fence({ side: 'jetstream', ledger, clock, chance, onChange: () => this.fenceChanged() });
  }

  /** Does not wait. */
  start(): void {
    this.look();
  }

  /** Of the last event that is out. */
  get position(): Position | undefined {
    return this.follower?.reachedPosition ?? this.reached;
  }

  get verdict(): FencedVerdict | undefined {
    return this.fence.verdict;
  }

  /** What keeps it from publishing; it tries again. */
  get failing(): FollowingFault | undefined {
    return this.faults.opening ?? this.faults.publishing;
  }

  /** The connection is a new one: the stream may be another. */
  reconnected(): void {
    this.look();
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    this.cancelLook();
    this.fence.stop();
    await this.looking;
    await this.follower?.stop();
  }

  private look(): void {
    this.cancelLook();
    this.looking = this.looking.then(() => this.open()).catch((fault: unknown) => this.failed(fault));
  }

  private async open(): Promise<void> {
    if (this.isStopped) return;
    await this.pause();
    this.fence.lost();
    this.stream = await EventStream.open(this.options.connection);
    this.works('opening');
    if (this.isStopped) return;
    this.fence.see(this.stream?.mark ?? {});
  }

  private fenceChanged(): void {
    const { state, verdict } = this.fence;
    this.options.onFence(state, verdict, this.fence.found ?? {});
    if (state === 'open') this.goOn();
    if (state === 'fenced') this.lookLater(WHILE_FENCED_MS);
  }

  private goOn(): void {
    this.looking = this.looking.then(() => this.follow()).catch((fault: unknown) => this.failed(fault));
  }

  /**
   * From where the stream ends; where what it ends with is another ledger's and an operator decided that this one goes on there,
   * from the last event of this one that it has.
   */
  private async follow(): Promise<void> {
    const { stream } = this;
    const isWaiting = (): boolean =>
      !this.isStopped && !this.follower && this.fence.isOpen && this.stream === stream;
    if (!isWaiting()) return;
    const after = stream ? await this.lastPublished(stream) : (this.reached ?? this.options.from);
    if (!isWaiting()) return;
    const { store, clock, chance } = this.options;
    const follower = new LogFollower({
      ...{ store, clock, chance, after },
      onPage: (page) => this.publish(page, follower),
    });
    this.follower = follower;
    void follower.start().then(
      () => this.works('publishing'),
      () => undefined,
    );
  }

  private async lastPublished(stream: EventStream): Promise<Position | undefined> {
    const isOurs = async (mark: LedgerMark): Promise<boolean> =>
      (await this.options.ledger.compare(mark)).kind === 'agrees';
    if (await isOurs(stream.mark)) return stream.mark.position;
    return stream.lastPosition(isOurs);
  }

  private async publish(page: readonly RecordedEvent[], by: LogFollower): Promise<void> {
    const { connection, ledger } = this.options;
    const events = page.flatMap((recorded) => outgoing(recorded, ledger) ?? []);
    try {
      if (this.stream) await this.stream.publish(connection, events);
      else await publishPlainly(connection, events);
      this.works('publishing');
    } catch (fault) {
      // Of a connection that was left meanwhile it says nothing.
      if (this.follower === by) this.fails('publishing', fault);
      // Nobody knows how far the stream got; it says so itself.
      if (this.follower === by && this.stream) this.lookLater(AFTER_FAULT_MS);
      throw fault;
    }
  }

  private lookLater(delayMs: number): void {
    this.cancelLook();
    this.cancelLook = this.options.clock.after(delayMs, () => this.look());
  }

  private failed(fault: unknown): void {
    if (this.isStopped) return;
    this.fails('opening', fault);
    this.lookLater(AFTER_FAULT_MS);
  }

  private fails(at: 'opening' | 'publishing', fault: unknown): void {
    const sinceMs = this.faults[at]?.sinceMs ?? this.options.clock.now();
    this.faults[at] = { fault, sinceMs };
    this.options.onFailing();
  }

  private works(at: 'opening' | 'publishing'): void {
    if (!this.faults[at]) return;
    delete this.faults[at];
    this.options.onFailing();
  }

  private async pause(): Promise<void> {
    const { follower } = this;
    this.follower = undefined;
    this.reached = follower?.reachedPosition ?? this.reached;
    await follower?.stop();
  }
}

async function publishPlainly(connection: NatsConnection, events: readonly OutgoingEvent[]): Promise<void> {
  for (const event of events) connection.publish(event.subject, event.payload, { headers: event.headers });
  await connection.flush();
}

function outgoing(recorded: RecordedEvent, ledger: MarkedLedger): OutgoingEvent | undefined {
  const fact = factOf(recorded);
  if (!fact) return undefined;
  const of = headers();
  of.set(NATS_HEADERS.messageId, recorded.id);
  of.set(NATS_HEADERS.contentType, CONTENT_TYPES.json);
  // The message's own place, not that of the view.
  const mark = { ...ledger.mark(), position: recorded.position, event: eventText(recorded) };
  for (const field of MARK_FIELDS) of.set(NATS_HEADERS[field], mark[field] ?? '');
  return { subject: eventSubject(placeOf(fact)), payload: encodeEventJson(fact), headers: of };
}
