// The main thread's end of the reader: asks for pages, one ahead of the consumer, and turns rows into events.
import type { Worker } from 'node:worker_threads';
import { type RecordedEvent, StoreFault } from '../event-store';
import { eventsOf } from './commit-row';
import { fromPortable, type Page, type ReaderOrder, type ReaderReport } from './protocol';

type PageOrder = Exclude<ReaderOrder, 'close'>;

interface Waiting {
  resolve(page: Page): void;
  reject(fault: Error): void;
}

export class PageReader {
  private readonly waiting: Waiting[] = [];
  private stopped: StoreFault | undefined;
  private ended: (() => void) | undefined;

  constructor(
    private readonly worker: Worker,
    private readonly file: string,
  ) {
    worker.on('message', (report: ReaderReport) => this.take(report));
    worker.on('error', (error) => this.lost(error));
    worker.on('exit', () => this.lost(new Error('its thread ended')));
  }

  async *pages(first: PageOrder): AsyncGenerator<readonly RecordedEvent[]> {
    let order = first;
    let coming = order.from <= order.to ? this.ask(order) : undefined;
    while (coming) {
      const page = await coming;
      const { from } = order;
      order = { ...order, from: page.next };
      coming = order.from <= order.to ? this.ask(order) : undefined;
      coming?.catch(() => undefined);
      const events: RecordedEvent[] = [];
      for (const row of page.rows) {
        const version = 'stream' in order ? from : row[2] + Math.max(0, from - row[0]);
        eventsOf(row, version, events);
      }
      if (events.length > 0) yield events;
    }
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.ended = resolve;
      if (this.stopped) return resolve();
      this.stopped = new StoreFault('store-closed', `${this.file} is closed`, false);
      this.send('close');
    });
  }

  private ask(order: PageOrder): Promise<Page> {
    if (this.stopped) return Promise.reject(this.stopped);
    return new Promise((resolve, reject) => {
      this.waiting.push({ resolve, reject });
      this.send(order);
    });
  }

  private send(order: ReaderOrder): void {
    this.worker.postMessage(order);
  }

  private take(report: ReaderReport): void {
    if ('rows' in report) this.waiting.shift()?.resolve(report);
    else if ('failed' in report) this.waiting.shift()?.reject(fromPortable(report.failed));
    else if ('closed' in report) this.ended?.();
  }

  private lost(error: Error): void {
    const message = `${this.file}: the reader is lost: ${error.message}`;
    this.stopped ??= new StoreFault('store-closed', message, false, undefined, { cause: error });
    for (const page of this.waiting.splice(0)) page.reject(this.stopped);
    this.ended?.();
  }
}
