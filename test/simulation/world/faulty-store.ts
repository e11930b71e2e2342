// An event store as one process has it: far away, slow, and not always there. It fails as the port says that stores
// fail, and in no other way; what it acknowledges has landed.
import {
  type AppendResult,
  type EventStore,
  type NewEvent,
  type Position,
  type ReadAllOptions,
  type RecordedEvent,
  type RemembersReplies,
  type ReplyStore,
  StoreFault,
  type Version,
} from '@holdfast/event-store';
import type { FaultsOf, SeededFaults } from '../engine/faults';
import type { Scheduler } from '../engine/scheduler';
import type { Trace } from '../engine/trace';
import { type DurableReplies, FaultyReplies } from './faulty-replies';
import { type Life, never } from './life';

const GOING_MS = 3;
const COMING_MS = 2;
/** An append that nobody waits for any more may still land, so much later. */
const LATE_MS = 400;
const HINT_MS = 5;

/** What survives every crash, behind the store that each process has. */
export interface DurableStore {
  readonly store: EventStore;
  readonly replies: DurableReplies;
  /** @param writer the process whose append this is */
  append(
    writer: string,
    stream: string,
    expected: Version,
    events: readonly NewEvent[],
  ): Promise<AppendResult>;
}

export interface StoreSurroundings {
  readonly life: Life;
  readonly log: DurableStore;
  readonly faults: SeededFaults;
  readonly scheduler: Scheduler;
  readonly trace: Trace;
  /** Whether an append may land that nobody waits for any more; a store of one process dies with it. */
  readonly isShared: boolean;
}

export class FaultyStore implements EventStore, RemembersReplies {
  readonly replies: ReplyStore;

  constructor(private readonly around: StoreSurroundings) {
    const { life, log, faults, isShared } = around;
    const note = (what: string): void => this.note(what);
    this.replies = new FaultyReplies({ life, replies: log.replies, faults, isShared, note });
  }

  append(stream: string, expected: Version, events: readonly NewEvent[]): Promise<AppendResult> {
    const { life, log, scheduler, isShared } = this.around;
    const faults = this.around.faults.of(`${life.name} append ${stream}`);
    const goingMs = faults.delayMs(GOING_MS, 'store-slow');
    const land = (): Promise<AppendResult> => log.append(life.name, stream, expected, events);
    return life.call(
      goingMs,
      async () => {
        if (life.isOver && !isShared) return never();
        if (faults.strikes('store-unavailable')) throw this.unavailable();
        if (faults.strikes('store-lost-append')) throw this.unknown();
        if (isShared && faults.strikes('store-late-append')) {
          scheduler.after(Math.ceil(faults.random() * LATE_MS), () => void land());
          throw this.unknown();
        }
        const result = await land();
        this.note(`append ${stream} ${expected}+${events.length} ${result.outcome}`);
        if (faults.strikes('store-lost-reply')) throw this.unknown();
        return result;
      },
      faults.delayMs(COMING_MS, 'store-slow'),
    );
  }

  readStream(stream: string, from: Version): AsyncIterable<readonly RecordedEvent[]> {
    return this.pages(stream, () => this.around.log.store.readStream(stream, from));
  }

  readAll(after: Position | undefined, options?: ReadAllOptions): AsyncIterable<readonly RecordedEvent[]> {
    return this.pages('all', () => this.around.log.store.readAll(after, options));
  }

  onAppend(hint: () => void): () => void {
    const { life, log, scheduler } = this.around;
    const faults = this.around.faults.of(`${life.name} hint`);
    const later = (): void => {
      const delayMs = Math.ceil(faults.random() * HINT_MS);
      scheduler.after(delayMs, () => (life.isOver ? undefined : hint()));
    };
    return log.store.onAppend(() => {
      if (life.isOver || faults.strikes('hint-lost')) return;
      later();
      if (faults.strikes('hint-doubled')) later();
    });
  }

  /** The log stays open: others live on it. */
  async close(): Promise<void> {}

  private async *pages(
    of: string,
    read: () => AsyncIterable<readonly RecordedEvent[]>,
  ): AsyncGenerator<readonly RecordedEvent[]> {
    const { life } = this.around;
    const faults = this.around.faults.of(`${life.name} read ${of}`);
    await life.call(faults.delayMs(GOING_MS, 'store-slow'), () => this.mayFail(faults), 0);
    for await (const page of read()) {
      if (!faults.strikes('store-small-pages')) {
        yield page;
        continue;
      }
      for (let at = 0; at < page.length; ) {
        const size = 1 + Math.floor(faults.random() * page.length);
        yield page.slice(at, at + size);
        at += size;
        await life.call(faults.delayMs(0, 'store-slow'), () => this.mayFail(faults), 0);
      }
    }
  }

  private mayFail(faults: FaultsOf): void {
    if (faults.strikes('store-read-fault')) throw this.unavailable();
  }

  private unavailable(): StoreFault {
    this.note('store-unavailable');
    return new StoreFault('store-unavailable', 'the store is not there, says the simulation', true);
  }

  private unknown(): StoreFault {
    this.note('append-outcome-unknown');
    return new StoreFault('append-outcome-unknown', 'the reply was lost, says the simulation', true);
  }

  private note(what: string): void {
    this.around.trace.add(this.around.scheduler.nowMs, `${this.around.life.name} ${what}`);
  }
}
