// The port: what the projector asks of an OVN Northbound database. Three methods: see its rows, change them, be the one who
// may. It is
// OVSDB's own notion of rows and operations (RFC 7047), so that nothing is lost in between; it knows neither the
// ledger nor who owns what.
import type { OvsdbOperation, RowChange, TransactResult } from '@holdfast/ovsdb';
import type { WatchedTables } from '../model/tables';

export type NorthboundChange = RowChange<WatchedTables>;

export interface NorthboundState {
  /** The rows that the watcher was given are those that are there. */
  readonly isConnected: boolean;
  /** This client holds the projectors' lock: its transactions may happen, nobody else's. */
  readonly isActive: boolean;
  /** What keeps it from being connected, for people. */
  readonly trouble: string | undefined;
}

export interface NorthboundWatcher {
  /**
   * Rows changed: the whole contents first, as insertions, then whole transactions as they happen, and after a
   * reconnect the difference to what it was given before.
   */
  rowsChanged(changes: readonly NorthboundChange[]): void;
  /** Comes after the changes that led to it. */
  stateChanged(state: NorthboundState): void;
}

export interface Northbound {
  /** Begins to watch. Returns what ends it; it resolves once the lock is given up. */
  watch(watcher: NorthboundWatcher): () => Promise<void>;

  /** Whether this client asks for the lock that makes one projector of several the active one; not before it is said. */
  setCandidate(isCandidate: boolean): void;

  /**
   * Sends operations as one transaction that happens only while the lock is held. When it resolves as committed
   * the watcher already has what it changed. An aborted transaction is a value; its `operation` counts
   * from the first of `operations`, and is -1 if the lock was not held.
   * @throws OvsdbFault as `OvsdbClient.transact`; `transaction-outcome-unknown`: read to find out.
   */
  transact(operations: readonly OvsdbOperation[]): Promise<TransactResult>;
}
