// What every projector says of itself, in one shape: for health, for metrics, and for whoever looks for a cause.
import { type HeldBack, MISSING_CODE } from '../guard/held-back';
import type { ProjectorFault, Troubles } from './troubles';

export interface ProjectorStatus {
  /** Whether what is there was known as a whole once. */
  readonly synced: boolean;
  /** Keys that are due now, or in flight. */
  readonly due: number;
  /** Rejected by the ledger, and tried again only when something may have unblocked it. */
  readonly refused: number;
  /** What deletion guards hold back, by kind. Absent: nothing. */
  readonly heldBack?: readonly HeldBack[];
  /** What fails now, the latest of several: a reconcile, or a watch. */
  readonly failing?: ProjectorFault;
  /** What somebody should look at first: what is held back, or what fails. */
  readonly trouble?: ProjectorFault;
  /** What failed last, also when it is long over. */
  readonly lastFault?: ProjectorFault;
}

/** @param heldBackSinceMs epoch milliseconds, of the first of those that are held back */
export function projectorStatus(
  counts: Pick<ProjectorStatus, 'synced' | 'due' | 'refused'>,
  heldBack: readonly HeldBack[],
  heldBackSinceMs: number,
  { current: failing, lastFault }: Pick<Troubles, 'current' | 'lastFault'>,
): ProjectorStatus {
  const [first] = heldBack;
  const trouble = first ? { atMs: heldBackSinceMs, code: MISSING_CODE, message: first.message } : failing;
  return {
    ...counts,
    ...(heldBack.length > 0 && { heldBack }),
    ...(failing && { failing }),
    ...(trouble && { trouble }),
    ...(lastFault && { lastFault }),
  };
}
