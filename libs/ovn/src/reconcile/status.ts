// What the reconciler says of itself, for conditions, the CLI and metrics.
import type { Unprojected } from '@holdfast/projection';
import type { RowDifference } from '../actual/row-difference';
import type { RowConflict } from '../actual/self-check';
import type { BlockedKey } from './row-projections';

/** A row of ours that somebody else changed, took away or added. */
export interface Drift extends RowDifference {
  /** When it was found, epoch milliseconds. */
  readonly atMs: number;
}

export interface ReconcilerStatus {
  readonly connected: boolean;
  /** This is the projector that writes; the others look on, and take over when it is gone. */
  readonly isActive: boolean;
  /** Everything in the ledger up to here is in effect, but for the obstacles. `undefined`: nothing yet. */
  readonly position: string | undefined;
  /** The position that the Northbound itself has: nothing of ours there is newer. */
  readonly recordedPosition: string | undefined;
  /** Subnets and Vips still to be compared or written. */
  readonly due: number;
  /** Everything was compared with what is there, once since the start. */
  readonly compared: boolean;
  /** What is not in effect. `undefined`: whatever this process was told of is. */
  readonly unprojected: Unprojected | undefined;
  readonly lastDrift: Drift | undefined;
  readonly obstacles: readonly BlockedKey[];
  /** What several ports of a switch have though only one may, whoever made them. */
  readonly conflicts: readonly RowConflict[];
  /** What keeps everything from being projected, for people; `undefined`: nothing. */
  readonly trouble: string | undefined;
  /** Since the start. */
  readonly counts: {
    readonly transactions: number;
    readonly transactionsRefused: number;
    readonly rowsWritten: number;
    readonly drifts: number;
    readonly driftsRepaired: number;
  };
}
