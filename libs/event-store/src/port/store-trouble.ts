// What a store may tell of itself besides the port's five members: that it cannot record anything, now or ever again.
// A store that has nothing to tell need not offer it.
import type { EventStore, StoreFault } from './event-store';

export interface TellsTrouble {
  /** Why nothing can be recorded: for now if it is `retryable`; else for good, and its process has nothing left to do. */
  readonly trouble: StoreFault | undefined;
  /** Calls `listener` when `trouble` is another. Returns what ends that. */
  onTrouble(listener: () => void): () => void;
}

export const tellsTrouble = <Store extends EventStore>(store: Store): store is Store & TellsTrouble =>
  'onTrouble' in store;
