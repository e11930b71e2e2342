// The writer's thread: while one transaction is under way the next gathers in its port.
import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import { StoreFault } from '../port/event-store';
import { storeFaultOf } from './log/faults';
import { type OpenLog, openLog } from './log/open-log';
import { type Close, toPortable, type WriteOrder, type WriterReport } from './protocol';
import { Writer } from './writer';

/** Appends in one transaction: beyond this an fsync is cheap already, and the first should not wait for the last. */
const GROUP_APPENDS_MAX = 1024;

/** How often it looks at the disk by itself: what probes ask about as often. */
const LOOK_MS = 1000;

export class WriteThread {
  private readonly log: OpenLog;
  private readonly writer: Writer;
  /** Once the disk has failed: what every later append is told. */
  private stopped: StoreFault | undefined;
  private isFull = false;
  private readonly looking: NodeJS.Timeout;

  /** @throws StoreFault what `openLog` throws. */
  constructor(
    private readonly port: MessagePort,
    private readonly file: string,
    waits: boolean,
  ) {
    this.log = openLog(file, waits ? (waitsFor) => this.report({ waitsFor }) : undefined);
    this.writer = new Writer(this.log, file);
    const { position, heads, notices } = this.log;
    this.report({ opened: { position, heads, notices } });
    port.on('message', (order: WriteOrder | Close) => this.serve(order));
    this.looking = setInterval(() => this.look(), LOOK_MS);
  }

  private serve(first: WriteOrder | Close): void {
    for (let order: WriteOrder | Close | undefined = first; order !== undefined; ) {
      if (order === 'close') return this.close();
      const group = [order];
      order = this.gather(group);
      this.commit(group);
    }
  }

  /** Adds to `group` what has come in meanwhile, up to the word to stop, which is returned. */
  private gather(group: WriteOrder[]): Close | undefined {
    for (let appends = appendsOf(group); appends < GROUP_APPENDS_MAX; ) {
      const next = receiveMessageOnPort(this.port) as { message: WriteOrder | Close } | undefined;
      if (next === undefined) return undefined;
      if (next.message === 'close') return 'close';
      group.push(next.message);
      appends += next.message.appends;
    }
    return undefined;
  }

  private commit(group: readonly WriteOrder[]): void {
    const appends = appendsOf(group);
    if (this.stopped) return this.report({ failed: toPortable(this.stopped), appends });
    try {
      const outcomes = this.writer.write(group);
      this.report({ outcomes, commitMs: this.writer.commitMs });
      this.isFull = false;
    } catch (error) {
      const fault = storeFaultOf(error, this.file);
      this.isFull = fault.code === 'store-full';
      this.report({ failed: toPortable(fault), appends });
      if (!fault.retryable) return this.stop(fault);
    }
    try {
      this.writer.tidy();
    } catch (error) {
      this.stop(storeFaultOf(error, this.file));
    }
  }

  /** While nobody appends: whether an append could be kept, so that who asks how the store is learns it before they do. */
  private look(): void {
    try {
      this.writer.assertUsable();
      if (!this.isFull || !this.log.room.isMade()) return;
      this.isFull = false;
      this.report({ hasRoom: true });
    } catch (error) {
      this.stop(storeFaultOf(error, this.file));
    }
  }

  /**
   * Crash-stop. The reader still has the file open, so that closing our connection does not move the -wal into the
   * main file: what is in it may be other than what the disk has, and only recovery at the next opening can tell.
   */
  private stop({ message }: StoreFault): void {
    clearInterval(this.looking);
    this.stopped = new StoreFault('store-closed', message, false);
    this.report({ stopped: toPortable(this.stopped) });
    this.log.close();
  }

  private close(): void {
    clearInterval(this.looking);
    if (!this.stopped) this.log.close();
    this.report({ closed: true });
    this.port.close();
  }

  private report(report: WriterReport): void {
    this.port.postMessage(report);
  }
}

const appendsOf = (group: readonly WriteOrder[]): number =>
  group.reduce((appends, order) => appends + order.appends, 0);
