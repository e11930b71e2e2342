// The writer's thread: while one transaction is under way the next gathers in its port.
import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import { StoreFault } from '../event-store';
import { faultOf } from './faults';
import { type OpenLog, openLog } from './open-log';
import { ENTRIES_PER_APPEND, toPortable, type WriteOrder, type WriterReport } from './protocol';
import { Writer } from './writer';

/** Appends in one transaction: beyond this an fsync is cheap already, and the first should not wait for the last. */
const GROUP_APPENDS_MAX = 1024;

export class WriteThread {
  private readonly log: OpenLog;
  private readonly writer: Writer;
  /** Once the disk has failed: what every later append is told. */
  private stopped: StoreFault | undefined;

  /** @throws StoreFault what `openLog` throws. */
  constructor(
    private readonly port: MessagePort,
    private readonly file: string,
  ) {
    this.log = openLog(file);
    this.writer = new Writer(this.log, file);
    const { position, heads, notices } = this.log;
    this.report({ opened: { position, heads, notices } });
    port.on('message', (order: WriteOrder) => this.serve(order));
  }

  private serve(first: WriteOrder): void {
    for (let order: WriteOrder | undefined = first; order !== undefined; ) {
      if (order === 'close') return this.close();
      const batch = order;
      order = this.gather(batch);
      this.commit(batch);
    }
  }

  /** Adds to `batch` what has come in meanwhile, up to the word to stop, which is returned. */
  private gather(batch: (string | number)[]): 'close' | undefined {
    while (batch.length < GROUP_APPENDS_MAX * ENTRIES_PER_APPEND) {
      const next = receiveMessageOnPort(this.port) as { message: WriteOrder } | undefined;
      if (next === undefined) return undefined;
      if (next.message === 'close') return 'close';
      for (const entry of next.message) batch.push(entry);
    }
    return undefined;
  }

  private commit(batch: readonly (string | number)[]): void {
    const appends = batch.length / ENTRIES_PER_APPEND;
    if (this.stopped) return this.report({ failed: toPortable(this.stopped), appends });
    try {
      this.report({ outcomes: this.writer.write(batch) });
    } catch (error) {
      const fault = faultOf(error, this.file);
      this.report({ failed: toPortable(fault), appends });
      if (!fault.retryable) return this.stop(fault);
    }
    try {
      this.writer.tidy();
    } catch (error) {
      this.stop(faultOf(error, this.file));
    }
  }

  /**
   * Crash-stop. The reader still has the file open, so that closing our connection does not move the -wal into the
   * main file: what is in it may be other than what the disk has, and only recovery at the next opening can tell.
   */
  private stop({ message }: StoreFault): void {
    this.stopped = new StoreFault('store-closed', message, false);
    this.report({ stopped: toPortable(this.stopped) });
    this.log.close();
  }

  private close(): void {
    if (!this.stopped) this.log.close();
    this.report({ closed: true });
    this.port.close();
  }

  private report(report: WriterReport): void {
    this.port.postMessage(report);
  }
}
