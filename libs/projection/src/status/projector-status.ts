// What every projector says of itself, in one shape: for health, for metrics, and for whoever looks for a cause.
import { type HeldBack, MISSING_CODE } from '../guard/held-back';
import type { Unprojected } from '../due/backlog';
import type { ProjectorFault, ProjectorTrouble, Troubles } from './troubles';

export interface ProjectorStatus {
  /** Whether what is there was known as a whole once. */
  readonly synced: boolean;
  /** Whether everything was compared with what is there, once since the start. */
  readonly compared: boolean;
  /** Keys that are due now, or in flight. */
  readonly due: number;
  /** Keys that failed, and wait for their retry. */
  readonly failed: number;
  /** Rejected by the ledger, and tried again only when something may have unblocked it. */
  readonly refused: number;
  /** What is not in effect. Absent: whatever this process was told of is. */
  readonly unprojected?: Unprojected;
  /** What deletion guards hold back, by kind. Absent: nothing. */
  readonly heldBack?: readonly HeldBack[];
  /** When the first of those began to hold, epoch milliseconds; with `heldBack`. */
  readonly heldBackSinceMs?: number;
  /** What fails now, the latest of several: a reconcile, or a watch. */
  readonly failing?: ProjectorFault;
  /** All that fails now, by how, the oldest first. */
  readonly troubles: readonly ProjectorTrouble[];
  /** What somebody should look at first: what is held back, or what fails. */
  readonly trouble?: ProjectorFault;
  /** What failed last, also when it is long over. */
  readonly lastFault?: ProjectorFault;
}

/** What a projector's loop says of itself. */
interface LoopState {
  readonly faults: Pick<Troubles, 'current' | 'lastFault' | 'all'>;
  readonly due: number;
  readonly failed: number;
  readonly hasCompared: boolean;
  readonly unprojected: Unprojected | undefined;
}

/** @param heldBackSinceMs epoch milliseconds, of the first of those that are held back */
export function projectorStatus(
  known: Pick<ProjectorStatus, 'synced' | 'refused'>,
  heldBack: readonly HeldBack[],
  heldBackSinceMs: number,
  loop: LoopState,
): ProjectorStatus {
  const { current: failing, lastFault, all: troubles } = loop.faults;
  const { due, failed, hasCompared: compared, unprojected } = loop;
  const [first] = heldBack;
  const trouble = first ? { atMs: heldBackSinceMs, code: MISSING_CODE, message: first.message } : failing;
  return {
    ...{ ...known, compared, due, failed, troubles },
    ...(unprojected && { unprojected }),
    ...(heldBack.length > 0 && { heldBack, heldBackSinceMs }),
    ...(failing && { failing }),
    ...(trouble && { trouble }),
    ...(lastFault && { lastFault }),
  };
}
