// When the oldest event was recorded that somebody has yet to take in: asked of the log itself, so that it is right however long
// ago that was. While their position stays where it is, so does the answer.
import { type EventStore, type Position, comparePositions } from '@holdfast/event-store';
import type { LedgerReader } from './ledger-reader';
import { oldestAtMs } from './ledger-reader';

export class OldestAfter {
  private known: { readonly position: Position | undefined; readonly atMs: number } | undefined;

  constructor(
    private readonly store: EventStore,
    private readonly reader: Pick<LedgerReader, 'position'>,
  ) {}

  /** Epoch milliseconds; `undefined`: there is none, as far as the view shows. @throws StoreFault */
  async atMs(position: Position | undefined): Promise<number | undefined> {
    const { position: reached } = this.reader;
    if (reached === undefined) return undefined;
    if (position !== undefined && comparePositions(position, reached) >= 0) return undefined;
    if (this.known && this.known.position === position) return this.known.atMs;
    for await (const page of this.store.readAll(position)) {
      const atMs = oldestAtMs(page);
      if (atMs === undefined) continue;
      this.known = { position, atMs };
      return atMs;
    }
    return undefined;
  }
}
