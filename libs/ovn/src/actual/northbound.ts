// The port: what the projector asks of an OVN Northbound database. Two methods: see its rows, change them. It is
// OVSDB's own notion of rows and operations (RFC 7047), so that nothing is lost in between; it knows neither the
// ledger nor who owns what.
import type { Operation, RowChange, Selected, TransactResult, Uuid } from '@holdfast/ovsdb';
import type { OVN_Northbound_Tables } from '../generated/northbound';

/**
 * The columns that matter to us. What ovn-northd writes (`up`, `dynamic_addresses`, `tag`) is not among them, so
 * its writes neither wake us nor look like drift.
 */
export const WATCHED = {
  NB_Global: { columns: ['external_ids'] },
  Logical_Switch: { columns: ['name', 'ports', 'load_balancer', 'external_ids'] },
  Logical_Switch_Port: {
    columns: [
      'name',
      'type',
      'options',
      'addresses',
      'port_security',
      'enabled',
      'parent_name',
      'tag_request',
      'external_ids',
    ],
  },
  Logical_Router: {
    columns: ['name', 'ports', 'static_routes', 'policies', 'nat', 'load_balancer', 'external_ids'],
  },
  Logical_Router_Port: { columns: ['name', 'mac', 'networks', 'external_ids'] },
  Load_Balancer: {
    columns: [
      'name',
      'vips',
      'protocol',
      'selection_fields',
      'options',
      'ip_port_mappings',
      'health_check',
      'external_ids',
    ],
  },
  Load_Balancer_Health_Check: { columns: ['vip', 'options', 'external_ids'] },
} as const;

export type WatchedTables = Selected<OVN_Northbound_Tables, typeof WATCHED>;
export type GlobalRow = WatchedTables['NB_Global'];
export type SwitchRow = WatchedTables['Logical_Switch'];
export type PortRow = WatchedTables['Logical_Switch_Port'];
export type RouterRow = WatchedTables['Logical_Router'];
export type RouterPortRow = WatchedTables['Logical_Router_Port'];

/** Tables that may have rows of ours. */
export type OwnTable = Exclude<keyof WatchedTables, 'NB_Global'>;
/** A row's UUID is unique in the whole database, so one type does for all tables. */
export type RowUuid = Uuid<string>;
export type RowOf<Table extends OwnTable> = WatchedTables[Table];
export type AnyRow = { readonly [Table in OwnTable]: RowOf<Table> }[OwnTable];

export type NorthboundChange = RowChange<WatchedTables>;

export interface NorthboundState {
  /** The rows that the watcher was told of are those that are there. */
  readonly isConnected: boolean;
  /** This client holds the projectors' lock: its transactions may happen, nobody else's. */
  readonly isActive: boolean;
  /** What keeps it from being connected, for people. */
  readonly trouble: string | undefined;
}

export interface NorthboundWatcher {
  /**
   * Rows changed: the whole contents first, as insertions, then whole transactions as they happen, and after a
   * reconnect the difference to what was told before.
   */
  rowsChanged(changes: readonly NorthboundChange[]): void;
  /** Comes after the changes that led to it. */
  stateChanged(state: NorthboundState): void;
}

export interface Northbound {
  /**
   * Begins to watch, and to ask for the lock that makes one projector of several the active one. Returns what
   * ends both; it resolves once the lock is given up.
   */
  watch(watcher: NorthboundWatcher): () => Promise<void>;

  /**
   * Sends operations as one transaction that happens only while the lock is held. When it resolves as committed
   * the watcher was already told of what it changed. An aborted transaction is a value; its `operation` counts
   * from the first of `operations`, and is -1 if the lock was not held.
   * @throws OvsdbFault as `OvsdbClient.transact`; `transaction-outcome-unknown`: read to find out.
   */
  transact(operations: readonly Operation[]): Promise<TransactResult>;
}
