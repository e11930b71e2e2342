// What a caller has of rows kept in step with the server: the contract. monitored-replica.ts keeps it.
import type { OvsdbFault } from '../schema/fault';
import type { OvsdbCondition } from '../transact/operations';
import type { Uuid } from '../schema/uuid';

/** What to replicate: per table all columns or some, all rows or those for which any condition holds. */
export type Selection<Tables> = {
  readonly [T in keyof Tables]?: {
    readonly columns?: readonly (keyof Tables[T] & string)[];
    readonly where?: readonly OvsdbCondition<Tables[T]>[];
  };
};

/** The tables and columns that a selection selects. `_uuid` is always there. */
export type Selected<Tables, S> = {
  readonly [T in keyof S & keyof Tables]: S[T] extends { readonly columns: readonly (infer C)[] }
    ? Pick<Tables[T], (C | '_uuid') & keyof Tables[T]>
    : Tables[T];
};

/**
 * `stale`: as it was when the connection was lost, or empty before the first; `refused`: the same, and the
 * present server won't do (see `fault`), or the replica or its client was closed.
 */
export type ReplicaState = 'stale' | 'synced' | 'refused';

/** One row's change, with the row before and after. Rows are never changed in place: both stay as they are. */
export type RowChange<Tables> = {
  readonly [T in keyof Tables & string]: {
    readonly table: T;
    readonly uuid: Uuid<T>;
  } & (
    | { readonly kind: 'insert'; readonly before: undefined; readonly after: Tables[T] }
    | { readonly kind: 'modify'; readonly before: Tables[T]; readonly after: Tables[T] }
    | { readonly kind: 'delete'; readonly before: Tables[T]; readonly after: undefined }
  );
}[keyof Tables & string];

/** Changes that belong together: one or more whole transactions, never a part of one. Never empty. */
export interface ChangeBatch<Tables> {
  /** `sync`: the difference to what the replica held, found on connecting; `update`: as it happened. */
  readonly cause: 'sync' | 'update';
  readonly changes: readonly RowChange<Tables>[];
}

/**
 * Rows of the server, kept in step, and kept over reconnects. When `transact` resolves as committed, every
 * replica of the same client that was synced by then already holds what it changed.
 */
export interface OvsdbReplica<Tables> {
  readonly state: ReplicaState;
  /** Why the state is `refused`: `schema-mismatch`, `request-refused` or `closed`. */
  readonly fault: OvsdbFault | undefined;

  /**
   * The rows of a table by UUID: a live view, changed between two ticks of the event loop.
   * @throws OvsdbFault `invalid-value` for a table that was not selected.
   */
  table<T extends keyof Tables & string>(name: T): ReadonlyMap<Uuid<T>, Tables[T]>;

  /** Calls `listener` after each batch was applied, in order. Returns what ends it. */
  onBatch(listener: (batch: ChangeBatch<Tables>) => void): () => void;

  /** Calls `listener` when the state changes; `synced` comes after the batch that led to it. Returns what ends it. */
  onState(listener: (state: ReplicaState) => void): () => void;

  /** Resolves once the replica is synced. @throws OvsdbFault why it is refused, or the signal's reason. */
  whenSynced(signal?: AbortSignal): Promise<void>;

  /** Ends it; its rows stay as they are. */
  close(): Promise<void>;
}
