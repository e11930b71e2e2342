// The main thread's end of the writer: gathers the appends of one turn of the event loop into few messages, and
// answers each caller when the writer has committed. It decides nothing about versions.
import type { Worker } from 'node:worker_threads';
import { type AppendResult, type NewEvent, StoreFault, type Version } from '../port/event-store';
import {
  type Close,
  type Committed,
  fromPortable,
  type AppendOutcome,
  pushAppend,
  type WriteOrder,
  type WriterReport,
} from './protocol';
import type { RecentLog } from './recent-log';
import type { Trouble } from './trouble';

/** Appends without an answer: beyond this a caller is told to come back, so that memory stays bounded. */
const APPENDS_WAITING_MAX = 65_536;

/**
 * Events after which a message is sent before the turn of the event loop is over. Callers that were answered together
 * come back together; sending what the first of them led to, while the last are still being decided, keeps the writer
 * and the callers' thread at work at the same time.
 */
const EVENTS_GATHERED_MAX = 64;

interface Waiting {
  readonly stream: string;
  readonly expected: Version;
  readonly events: readonly NewEvent[];
  resolve(result: AppendResult): void;
  reject(fault: StoreFault): void;
}

export type CommitListener = (ms: number, appends: number) => void;

/** How far the log is known to be committed. */
export interface Heads {
  position: number;
  readonly versions: Map<string, Version>;
}

export class AppendQueue {
  private waiting: Waiting[] = [];
  private gathered: (string | number)[] = [];
  private appendsGathered = 0;
  private eventsGathered = 0;
  private isFlushDue = false;
  private isHintDue = false;
  private ended: (() => void) | undefined;
  /** Is told of each commit. */
  committed: CommitListener = () => undefined;
  /** Why nothing is appended any more. */
  stopped: StoreFault | undefined;

  constructor(
    private readonly worker: Worker,
    private readonly file: string,
    private readonly heads: Heads,
    private readonly recent: RecentLog,
    /** Of those who follow the log. */
    private readonly hints: ReadonlySet<() => void>,
    private readonly trouble: Trouble,
  ) {
    worker.on('message', (report: WriterReport) => this.take(report));
    worker.on('error', (error) => this.lost(error));
    worker.on('exit', () => this.lost(new Error('its thread has ended')));
  }

  append(stream: string, expected: Version, events: readonly NewEvent[]): Promise<AppendResult> {
    if (this.stopped) return Promise.reject(this.stopped);
    if (this.waiting.length >= APPENDS_WAITING_MAX) {
      const message = `${this.file}: ${APPENDS_WAITING_MAX} appends are waiting already`;
      return Promise.reject(new StoreFault('store-unavailable', message, true));
    }
    return new Promise((resolve, reject) => {
      this.waiting.push({ stream, expected, events, resolve, reject });
      pushAppend(this.gathered, stream, expected, events);
      this.appendsGathered += 1;
      this.eventsGathered += events.length;
      if (this.eventsGathered >= EVENTS_GATHERED_MAX) this.flush();
      else if (!this.isFlushDue) {
        this.isFlushDue = true;
        setImmediate(() => {
          this.isFlushDue = false;
          this.flush();
        });
      }
    });
  }

  /** Resolves when everything appended so far is answered and the writer has let go of the file. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.ended = resolve;
      this.flush();
      this.worker.postMessage('close' satisfies Close);
      this.stopped = new StoreFault('store-closed', `${this.file} is closed`, false);
    });
  }

  private flush(): void {
    if (this.appendsGathered === 0) return;
    const order: WriteOrder = { appends: this.appendsGathered, entries: this.gathered };
    this.gathered = [];
    this.appendsGathered = 0;
    this.eventsGathered = 0;
    this.worker.postMessage(order);
  }

  private take(report: WriterReport): void {
    if ('outcomes' in report) this.answer(report);
    else if ('failed' in report) {
      const fault = fromPortable(report.failed);
      if (fault.code === 'store-full') this.trouble.is(fault);
      for (const append of this.answered(report.appends)) append.reject(fault);
    } else if ('stopped' in report) this.stop(fromPortable(report.stopped));
    else if ('hasRoom' in report) this.trouble.isOver();
    else if ('closed' in report) this.ended?.();
  }

  /** Appends without an answer. */
  get size(): number {
    return this.waiting.length;
  }

  private answer({ outcomes, commitMs }: Committed): void {
    this.trouble.isOver();
    const before = this.heads.position;
    const isFollowed = this.hints.size > 0;
    const answered = this.answered(outcomes.length);
    this.committed(commitMs, outcomes.length);
    outcomes.forEach((outcome, index) => {
      const { stream, expected, events, resolve } = answered[index]!;
      const count = events.length;
      if (typeof outcome === 'number') {
        if (isFollowed) this.recent.add(stream, expected, outcome, events);
        else this.recent.clear();
        this.heads.position = outcome + count - 1;
        this.heads.versions.set(stream, expected + count);
      }
      resolve(resultOf(outcome, count));
    });
    if (this.heads.position !== before) this.hintSoon();
  }

  /** After the callers have gone on with their answers: they are waited for, whoever follows the log is not. */
  private hintSoon(): void {
    if (this.isHintDue) return;
    this.isHintDue = true;
    setImmediate(() => {
      this.isHintDue = false;
      for (const hint of [...this.hints]) hint();
    });
  }

  private answered(count: number): Waiting[] {
    const answered = this.waiting.slice(0, count);
    this.waiting = this.waiting.slice(count);
    return answered;
  }

  private stop(fault: StoreFault): void {
    if (this.stopped) return;
    this.stopped = fault;
    this.trouble.is(fault);
  }

  /** The thread is gone: nobody knows what became of the appends under way. */
  private lost(error: Error): void {
    const message = `${this.file}: the writer is gone: ${error.message}`;
    const cause = { cause: error };
    this.stop(new StoreFault('store-closed', message, false, undefined, cause));
    const fault = new StoreFault('append-outcome-unknown', message, false, undefined, cause);
    for (const append of this.answered(this.waiting.length)) append.reject(fault);
    this.ended?.();
  }
}

function resultOf(outcome: AppendOutcome, count: number): AppendResult {
  if (typeof outcome === 'number') {
    const positions: string[] = [];
    for (let index = 0; index < count; index += 1) positions.push(String(outcome + index));
    return { outcome: 'appended', positions };
  }
  if ('conflict' in outcome) return { outcome: 'conflict', actual: outcome.conflict };
  return { outcome: 'appended', positions: outcome.map(String) };
}
