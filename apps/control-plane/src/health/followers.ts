// How far everybody is who follows the log: the view, and each projector. Status and metrics show it.
import { type Clock } from '@holdfast/clock';
import type { LedgerReader } from '@holdfast/ledger';
import type { ProjectorStatus } from '@holdfast/projection';
import type { Progress, Projectors } from './projectors';

export interface FollowerReport {
  readonly name: string;
  /** '': nothing is known to be in effect. */
  readonly position: string;
  /** The age of the oldest event in the log that is not in effect; 0: all are. */
  readonly lagMs: number;
  readonly waiting: number;
  readonly notes: readonly string[];
}

export class Followers {
  constructor(
    private readonly reader: LedgerReader,
    private readonly projectors: Projectors,
    private readonly clock: Clock,
  ) {}

  view(): FollowerReport {
    const { position = '', unreadSinceMs } = this.reader;
    return { name: 'ledger', position, lagMs: this.lagMs(unreadSinceMs), waiting: 0, notes: [] };
  }

  all(): Promise<FollowerReport[]> {
    return Promise.all(
      this.projectors.all.map(async (projector): Promise<FollowerReport> => {
        const { position = '', behindSinceMs = Infinity, waiting } = await projector.progress();
        // What the view does not show yet cannot be in effect.
        const sinceMs = Math.min(behindSinceMs, this.reader.unreadSinceMs ?? Infinity);
        const lagMs = sinceMs === Infinity ? 0 : this.lagMs(sinceMs);
        return { name: projector.name, position, lagMs, waiting, notes: projector.notes?.() ?? [] };
      }),
    );
  }

  private lagMs(sinceMs: number | undefined): number {
    return sinceMs === undefined ? 0 : Math.max(0, this.clock.now() - sinceMs);
  }
}

/** Of who stands by: it puts nothing into effect, and is behind in nothing. */
export const NOTHING_TO_DO: Progress = { position: undefined, behindSinceMs: undefined, waiting: 0 };

/** Where the log stood when somebody began to follow it, and when that was. */
export interface FollowedFrom {
  readonly position: string | undefined;
  readonly atMs: number;
}

/**
 * Until all was compared once with what is there, nothing is known to be in effect; then it counts from the start, or the log would
 * be as old as its first event.
 */
export function progressOf(
  { compared, unprojected }: Pick<ProjectorStatus, 'compared' | 'unprojected'>,
  due: number,
  reader: Pick<LedgerReader, 'position'>,
  from: FollowedFrom | undefined,
): Progress {
  const waiting = Math.max(due, unprojected?.keys ?? 0);
  if (compared) {
    const position = unprojected ? (unprojected.after ?? from?.position) : reader.position;
    return { position, behindSinceMs: unprojected?.sinceMs, waiting };
  }
  const sinceMs = Math.min(from?.atMs ?? Infinity, unprojected?.sinceMs ?? Infinity);
  const isEmpty = reader.position === undefined || sinceMs === Infinity;
  return { position: undefined, behindSinceMs: isEmpty ? undefined : sinceMs, waiting };
}
