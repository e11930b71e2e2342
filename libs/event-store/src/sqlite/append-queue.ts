// The main thread's end of the writer: gathers the appends of one turn of the event loop into one message, and
// answers each caller when the writer has committed. It decides nothing about versions.
import type { Worker } from 'node:worker_threads';
import { type AppendResult, type NewEvent, StoreFault, type Version } from '../event-store';
import { encodeBody } from './commit-row';
import { fromPortable, type Outcome, type WriterOrder, type WriterReport } from './protocol';

/** Appends without an answer: beyond this a caller is told to come back, so that memory stays bounded. */
const APPENDS_WAITING_MAX = 65_536;

interface Waiting {
  readonly stream: string;
  readonly expected: Version;
  readonly count: number;
  resolve(result: AppendResult): void;
  reject(fault: StoreFault): void;
}

export interface Heads {
  position: number;
  readonly versions: Map<string, Version>;
}

export class AppendQueue {
  private readonly waiting: Waiting[] = [];
  private gathered: (string | number)[] = [];
  private stopped: StoreFault | undefined;
  private ended: (() => void) | undefined;

  constructor(
    private readonly worker: Worker,
    private readonly file: string,
    private readonly heads: Heads,
    private readonly committed: () => void,
  ) {
    worker.on('message', (report: WriterReport) => this.take(report));
    worker.on('error', (error) => this.lost(error));
    worker.on('exit', () => this.lost(new Error('its thread ended')));
  }

  append(stream: string, expected: Version, events: readonly NewEvent[]): Promise<AppendResult> {
    if (this.stopped) return Promise.reject(this.stopped);
    if (this.waiting.length >= APPENDS_WAITING_MAX) {
      const message = `${this.file}: ${APPENDS_WAITING_MAX} appends are waiting already`;
      return Promise.reject(new StoreFault('store-unavailable', message, true));
    }
    return new Promise((resolve, reject) => {
      const count = events.length;
      this.waiting.push({ stream, expected, count, resolve, reject });
      if (this.gathered.length === 0) setImmediate(() => this.flush());
      this.gathered.push(stream, expected, count, encodeBody(events));
    });
  }

  /** Resolves when everything appended so far is answered and the writer has let go of the file. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.ended = resolve;
      if (this.stopped?.code === 'append-outcome-unknown') return resolve();
      this.flush();
      this.send('close');
      this.stopped = new StoreFault('store-closed', `${this.file} is closed`, false);
    });
  }

  private flush(): void {
    if (this.gathered.length === 0) return;
    const batch = this.gathered;
    this.gathered = [];
    this.send(batch);
  }

  private send(order: WriterOrder): void {
    this.worker.postMessage(order);
  }

  private take(report: WriterReport): void {
    if ('outcomes' in report) {
      const answered = this.waiting.splice(0, report.outcomes.length);
      let grown = false;
      report.outcomes.forEach((outcome, index) => {
        const append = answered[index]!;
        if (typeof outcome === 'number') {
          grown = true;
          this.heads.position = outcome + append.count - 1;
          this.heads.versions.set(append.stream, append.expected + append.count);
        }
        append.resolve(resultOf(outcome, append.count));
      });
      if (grown) this.committed();
    } else if ('failed' in report) {
      const fault = fromPortable(report.failed);
      for (const append of this.waiting.splice(0, report.appends)) append.reject(fault);
    } else if ('closed' in report) {
      this.ended?.();
    }
  }

  private lost(error: Error): void {
    if (this.waiting.length === 0 && this.ended) return this.ended();
    const message = `${this.file}: the writer is lost: ${error.message}`;
    const fault = new StoreFault('append-outcome-unknown', message, false, undefined, { cause: error });
    this.stopped ??= new StoreFault('store-closed', message, false, undefined, { cause: error });
    for (const append of this.waiting.splice(0)) append.reject(fault);
    this.ended?.();
  }
}

function resultOf(outcome: Outcome, count: number): AppendResult {
  if (typeof outcome === 'number')
    return {
      outcome: 'appended',
      positions: Array.from({ length: count }, (_, index) => String(outcome + index)),
    };
  if (Array.isArray(outcome)) return { outcome: 'appended', positions: outcome.map(String) };
  return { outcome: 'conflict', actual: outcome.conflict };
}
