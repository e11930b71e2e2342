// The embedded default: one SQLite file, one writer process, the database in worker threads so that no fsync
// stalls the event loop. What all streams have ready is committed in one transaction with one fsync.
import type { Worker } from 'node:worker_threads';
import { assertAppendable, integerPosition } from './port/appendable';
import {
  type AppendResult,
  type EventStore,
  NO_STREAM,
  type NewEvent,
  type Position,
  type ReadAllOptions,
  type RecordedEvent,
  StoreFault,
  type Version,
} from './port/event-store';
import type { RemembersReplies, ReplyStore } from './port/reply-store';
import type { TellsTrouble } from './port/store-trouble';
import { AppendQueue, type CommitListener, type Heads } from './sqlite/append-queue';
import { PageReader } from './sqlite/page-reader';
import { realFile } from './sqlite/log/real-file';
import { RecentLog } from './sqlite/recent-log';
import type { Opened, ReadOrder } from './sqlite/protocol';
import type { BoundsOptions } from './replies/reply-bounds';
import { SqliteReplies } from './sqlite-replies';
import { startThreads } from './sqlite/threads';
import { Trouble } from './sqlite/trouble';

export { lockFileOf } from './sqlite/log/lock';
export { realFile } from './sqlite/log/real-file';
export { FilePlanes } from './sqlite/planes/file-planes';

export interface SqliteOptions {
  /**
   * Path of the database, or of a symbolic link to it; created if absent, in a folder that is there, on a local disk,
   * for its owner's eyes only. Beside it stand `-wal` and `-shm` (SQLite's), `-lock` (who may write) and `-ack` (the
   * last acknowledged position). Its owner may read it while it is open: `sqlite3 FILE "SELECT * FROM events"`. A read
   * that stays open keeps the `-wal` from being emptied, so that it grows for as long.
   */
  readonly file: string;
  /** Makes it wait for whoever has the file open, instead of being refused; is told which process that is. */
  readonly held?: (holder: number) => void;
  /** How many replies are remembered, if not as many as usual. */
  readonly replyBounds?: BoundsOptions;
  /**
   * Is told of each commit; must not throw, and takes no time.
   * @param ms writing to the -wal, and its fsync; `appends`: how many it was for
   */
  readonly committed?: CommitListener;
}

export interface SqliteEventStore extends EventStore, RemembersReplies, TellsTrouble {
  /** What was found at opening and put right, for the operator to know; empty after a clean stop. */
  readonly notices: readonly string[];
  /** Appends without an answer. */
  readonly appendsWaiting: number;
}

/**
 * Opens the file, after looking over all of it (about a second for a million events).
 * @throws StoreFault `store-locked` (the message names the file and the process that has it), `store-corrupt` (with
 *   the last good position), `store-unavailable` (its folder cannot be used), `store-full`.
 */
export async function openSqliteEventStore(options: SqliteOptions): Promise<SqliteEventStore> {
  const { file: path, held, committed, replyBounds } = options;
  const file = realFile(path);
  const { writer, reader, opened } = await startThreads(file, held);
  const store = new OpenStore(file, writer, reader, opened, committed);
  return store.load(replyBounds);
}

class OpenStore implements SqliteEventStore {
  readonly notices: readonly string[];
  replies!: ReplyStore;
  private readonly heads: Heads;
  private readonly recent = new RecentLog();
  private readonly queue: AppendQueue;
  private readonly reader: PageReader;
  private readonly hints = new Set<() => void>();
  private readonly troubles = new Trouble();
  private closing: Promise<void> | undefined;

  constructor(
    private readonly file: string,
    writer: Worker,
    reader: Worker,
    { position, heads, notices }: Opened['opened'],
    committed: CommitListener = () => undefined,
  ) {
    this.notices = notices;
    this.heads = { position, versions: new Map(heads) };
    this.queue = new AppendQueue(writer, file, this.heads, this.recent, this.hints, this.troubles);
    this.queue.committed = committed;
    this.reader = new PageReader(reader, file, this.troubles);
  }

  /** @throws StoreFault, having let go of the file */
  async load(bounds: BoundsOptions | undefined): Promise<this> {
    try {
      this.replies = await SqliteReplies.load(this.queue, this.reader, () => this.assertOpen(), bounds);
      return this;
    } catch (fault) {
      await this.close();
      throw fault;
    }
  }

  async append(stream: string, expected: Version, events: readonly NewEvent[]): Promise<AppendResult> {
    assertAppendable(stream, expected, events);
    return this.queue.append(stream, expected, events);
  }

  async *readStream(stream: string, from: Version): AsyncGenerator<readonly RecordedEvent[]> {
    const to = this.heads.versions.get(stream) ?? NO_STREAM;
    yield* this.pages({ stream, from: Math.max(from, NO_STREAM + 1), to, prefix: '' });
  }

  async *readAll(
    after: Position | undefined,
    { streamPrefix: prefix = '' }: ReadAllOptions = {},
  ): AsyncGenerator<readonly RecordedEvent[]> {
    this.assertOpen();
    const from = integerPosition(after) + 1;
    const to = this.heads.position;
    const recent = this.recent.pages(from, to, prefix);
    if (!recent) return yield* this.pages({ from, to, prefix });
    for (const page of recent) {
      this.assertOpen();
      yield page;
    }
  }

  onAppend(hint: () => void): () => void {
    const own = (): void => hint();
    this.hints.add(own);
    return () => this.hints.delete(own);
  }

  get appendsWaiting(): number {
    return this.queue.size;
  }

  get trouble(): StoreFault | undefined {
    return this.troubles.fault;
  }

  onTrouble(listener: () => void): () => void {
    return this.troubles.onChange(listener);
  }

  close(): Promise<void> {
    this.closing ??= this.letGo();
    return this.closing;
  }

  private async *pages(span: Omit<ReadOrder, 'eventsMax'>): AsyncGenerator<readonly RecordedEvent[]> {
    this.assertOpen();
    if (span.from > span.to) return;
    for await (const page of this.reader.pages(span)) {
      this.assertOpen();
      yield page;
    }
  }

  /** The reader first: only the last connection to go moves the -wal into the file, and the reader's cannot write. */
  private async letGo(): Promise<void> {
    this.hints.clear();
    await this.reader.close();
    await this.queue.close();
  }

  private assertOpen(): void {
    if (this.closing) throw new StoreFault('store-closed', `${this.file} is closed`, false);
    if (this.queue.stopped) throw this.queue.stopped;
  }
}
