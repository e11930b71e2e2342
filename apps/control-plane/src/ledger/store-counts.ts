// What recording costs: counted where the loop sends its batches and the store commits, for whoever asks (../metrics).
import type { CommandLoopObserver, EventStore } from '@holdfast/event-store';
import { Distribution, LATENCY_BUCKETS_SECONDS, SIZE_BUCKETS } from './distribution';

export class StoreCounts implements CommandLoopObserver {
  readonly appendSeconds = new Distribution(LATENCY_BUCKETS_SECONDS);
  readonly commitSeconds = new Distribution(LATENCY_BUCKETS_SECONDS);
  readonly commitAppends = new Distribution(SIZE_BUCKETS);
  readonly batchCommands = new Distribution(SIZE_BUCKETS);
  readonly batchEvents = new Distribution(SIZE_BUCKETS);
  conflicts = 0;

  sent(commands: number, events: number): void {
    this.batchCommands.observe(commands);
    this.batchEvents.observe(events);
  }

  landed(ms: number): void {
    this.appendSeconds.observe(ms / 1_000);
  }

  conflicted(): void {
    this.conflicts += 1;
  }

  /** One commit, with its fsync: of a store that tells. */
  readonly committed = (ms: number, appends: number): void => {
    this.commitSeconds.observe(ms / 1_000);
    this.commitAppends.observe(appends);
  };

  /** Appends that the store has not answered, where it says so. */
  appendsWaiting(store: EventStore): number | undefined {
    return (store as { readonly appendsWaiting?: number }).appendsWaiting;
  }
}
