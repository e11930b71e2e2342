// The reader's thread: a connection of its own that cannot write, so that it sees committed events only and is never
// in the way of the writer.
import type { MessagePort } from 'node:worker_threads';
import { DatabaseSync } from 'node:sqlite';
import { storeFaultOf } from './log/faults';
import { type ReaderReport, type ReadOrder, toPortable } from './protocol';
import { Reader } from './reader';
import { type ReplyOrder, ReplyReader } from './replies/reply-rows';

/** How long to wait for a lock that sqlite3 holds for a moment. */
const BUSY_MS = 1000;

export class ReadThread {
  private readonly db: DatabaseSync;
  private readonly reader: Reader;
  private readonly replies: ReplyReader;

  /** The file has been verified by the writer. @throws what SQLite throws. */
  constructor(
    private readonly port: MessagePort,
    private readonly file: string,
  ) {
    this.db = new DatabaseSync(file, { readOnly: true, timeout: BUSY_MS });
    this.reader = new Reader(this.db, file);
    this.replies = new ReplyReader(this.db, file);
    this.report({ opened: { position: 0, heads: new Map(), notices: [] } });
    port.on('message', (order: ReadOrder | ReplyOrder | 'close') => {
      if (order === 'close') this.close();
      else this.read(order);
    });
  }

  private read(order: ReadOrder | ReplyOrder): void {
    try {
      const isOfLog = 'from' in order;
      this.report(isOfLog ? this.reader.read(order) : { replies: this.replies.read(order) });
    } catch (error) {
      this.report({ failed: toPortable(storeFaultOf(error, this.file)) });
    }
  }

  private close(): void {
    this.db.close();
    this.report({ closed: true });
    this.port.close();
  }

  private report(report: ReaderReport): void {
    this.port.postMessage(report);
  }
}
