// The embedded default: one SQLite file, one writer process, the database in worker threads so that no fsync
// stalls the event loop. What all streams have ready is committed in one transaction with one fsync.
import { assertAppendable, integerPosition } from './appendable';
import {
  type AppendResult,
  type EventStore,
  type NewEvent,
  type Position,
  type ReadAllOptions,
  type RecordedEvent,
  StoreFault,
  type Version,
} from './event-store';
import { AppendQueue, type Heads } from './sqlite/append-queue';
import { PageReader } from './sqlite/page-reader';
import { startThread } from './sqlite/thread';

export interface SqliteOptions {
  /** Path of the database; created if absent. SQLite keeps `-wal` and `-shm` beside it, we keep `-lock`. */
  readonly file: string;
}

export interface SqliteEventStore extends EventStore {
  /** What was found at opening and put right, for the operator to know; empty after a clean stop. */
  readonly notices: readonly string[];
}

/**
 * Opens the file, after verifying all of it.
 * @throws StoreFault `store-locked` (another process, named, has it open), `store-corrupt` (with the last good
 *   position), `store-unavailable`, `store-full`.
 */
export async function openSqliteEventStore(options: SqliteOptions): Promise<SqliteEventStore> {
  const { file } = options;
  const { worker, opened } = await startThread({ role: 'writer', file });
  const reader = await startThread({ role: 'reader', file });
  const heads = { position: opened.position, versions: new Map(opened.heads) };
  const hints = new Set<() => void>();
  const queue = new AppendQueue(worker, file, heads, () => {
    for (const hint of [...hints]) hint();
  });
  return new OpenStore(file, queue, new PageReader(reader.worker, file), heads, hints, opened.notices);
}

class OpenStore implements SqliteEventStore {
  private closing: Promise<void> | undefined;

  constructor(
    private readonly file: string,
    private readonly queue: AppendQueue,
    private readonly reader: PageReader,
    private readonly heads: Heads,
    private readonly hints: Set<() => void>,
    readonly notices: readonly string[],
  ) {}

  async append(stream: string, expected: Version, events: readonly NewEvent[]): Promise<AppendResult> {
    assertAppendable(stream, expected, events);
    return this.queue.append(stream, expected, events);
  }

  async *readStream(stream: string, from: Version): AsyncGenerator<readonly RecordedEvent[]> {
    this.assertOpen();
    yield* this.reader.pages({ stream, from: Math.max(0, from), to: this.heads.versions.get(stream) ?? -1 });
  }

  async *readAll(
    after: Position | undefined,
    { streamPrefix: prefix = '' }: ReadAllOptions = {},
  ): AsyncGenerator<readonly RecordedEvent[]> {
    this.assertOpen();
    yield* this.reader.pages({ from: integerPosition(after) + 1, to: this.heads.position, prefix });
  }

  onAppend(hint: () => void): () => void {
    const own = (): void => hint();
    this.hints.add(own);
    return () => this.hints.delete(own);
  }

  close(): Promise<void> {
    this.closing ??= this.shut();
    return this.closing;
  }

  private async shut(): Promise<void> {
    this.hints.clear();
    await this.reader.close();
    await this.queue.close();
  }

  private assertOpen(): void {
    if (this.closing) throw new StoreFault('store-closed', `${this.file} is closed`, false);
  }
}
