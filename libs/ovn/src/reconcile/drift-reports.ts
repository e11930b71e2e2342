// What somebody else did to rows of ours: said once each to who listens, and counted.
import type { Clock } from '@holdfast/clock';
import type { RowDifference } from '../actual/row-difference';
import type { Drift } from './status';

export class DriftReports {
  last: Drift | undefined;
  count = 0;
  /** Of those that are ours to repair: how many were. */
  repaired = 0;
  /** Keys whose drift is not repaired yet, and how many rows of each. */
  private readonly open = new Map<string, number>();
  private readonly listeners = new Set<(drift: Drift) => void>();

  constructor(private readonly clock: Pick<Clock, 'now'>) {}

  /** Returns what ends it. */
  onDrift(listener: (drift: Drift) => void): () => void {
    const own = (drift: Drift): void => listener(drift);
    this.listeners.add(own);
    return () => this.listeners.delete(own);
  }

  /** The key's rows are as they should be. */
  agrees(key: string): void {
    if (this.open.size === 0) return;
    this.repaired += this.open.get(key) ?? 0;
    this.open.delete(key);
  }

  report(differences: readonly RowDifference[]): void {
    if (differences.length === 0) return;
    const atMs = this.clock.now();
    for (const difference of differences) {
      const drift = { ...difference, atMs };
      this.last = drift;
      this.count += 1;
      if (drift.kind !== 'conflict') this.open.set(drift.key, (this.open.get(drift.key) ?? 0) + 1);
      for (const listener of this.listeners) listener(drift);
    }
  }
}
