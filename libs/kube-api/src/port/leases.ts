// Leases as a port: what an election asks of a cluster. Four members. It says what the record is and whether a write landed; who
// may take the Lease, and when, is the election's business (../election/lease-election).
import type { ObjectRef } from './kubernetes-object';

/** What a Lease says (coordination.k8s.io/v1, `spec`). Its times are by the holder's clock, for people: nobody judges by them. */
export interface LeaseRecord {
  /** Empty: nobody. */
  readonly holder: string;
  /** For how long after a renewal nobody else may begin; whole seconds. */
  readonly durationMs: number;
  /** Epoch milliseconds. */
  readonly acquiredAtMs?: number;
  readonly renewedAtMs?: number;
  /** How often it changed hands. */
  readonly transitions: number;
}

export interface SeenLease {
  readonly record: LeaseRecord;
  /** The record as the server has it: another text is another record. */
  readonly text: string;
  readonly resourceVersion: string;
}

export type LeaseWrite =
  | { readonly outcome: 'written'; readonly lease: SeenLease }
  /** Nothing was written: it has changed since it was seen, is gone, or was created by somebody else. */
  | { readonly outcome: 'conflict'; readonly message: string };

export interface Leases {
  /** Undefined: there is none. @throws KubernetesFault */
  read(lease: ObjectRef): Promise<SeenLease | undefined>;

  /**
   * Writes the record if nothing has changed since `seen`; creates the Lease where there was none.
   * @throws KubernetesFault also when nobody knows whether it was written
   */
  write(lease: ObjectRef, record: LeaseRecord, seen: SeenLease | undefined): Promise<LeaseWrite>;

  /**
   * Tells of the Lease as it is and of each change, as a hint: any of them may be late or missing. Undefined: it was deleted.
   * Returns how to stop.
   */
  watch(lease: ObjectRef, changed: (seen: SeenLease | undefined) => void): () => void;

  /** Lets go of all connections; calls under way fail with `kubernetes-closed`. */
  close(): Promise<void>;
}
