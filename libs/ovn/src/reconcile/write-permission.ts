// Whether this projector may write now: it holds the lock, and the mark in the Northbound is not beyond what it knows.
// Keys that differ meanwhile wait here until it may.
import type { Clock } from '@holdfast/clock';
import type { NorthboundState } from '../actual/northbound';
import type { NorthboundKey } from '../model/row-keys';
import type { GlobalRow } from '../model/tables';
import { type LedgerMark, type MarkVerdict, judge } from './mark';

/** Another projector may have written from events that are on their way to us. */
const BEHIND_GRACE_MS = 5_000;

export class WritePermission {
  /** Compared and different, while we may not write. */
  readonly pending = new Set<NorthboundKey>();
  private verdict: MarkVerdict | undefined;
  private behindSinceMs: number | undefined;
  private granted = false;

  constructor(
    private readonly clock: Pick<Clock, 'monotonic'>,
    private readonly comparePositions: (a: string, b: string) => number,
  ) {}

  get isGranted(): boolean {
    return this.granted;
  }

  /** Judges anew; returns the keys that waited, if they need not wait any longer. */
  judge(
    { isActive }: NorthboundState,
    global: GlobalRow | undefined,
    mark: LedgerMark,
  ): readonly NorthboundKey[] {
    this.verdict = judge(global, mark, this.comparePositions);
    const isBehind = this.verdict.may === 'wait' && this.verdict.why === 'LedgerBehind';
    this.behindSinceMs = isBehind ? (this.behindSinceMs ?? this.clock.monotonic()) : undefined;
    const wasGranted = this.granted;
    this.granted = isActive && this.verdict.may === 'write';
    if (!this.granted || wasGranted || this.pending.size === 0) return NO_KEYS;
    const waited = [...this.pending];
    this.pending.clear();
    return waited;
  }

  /** Why it may not for longer than a moment, for people. */
  trouble(): string | undefined {
    const { verdict, behindSinceMs } = this;
    const behindMs = behindSinceMs === undefined ? 0 : this.clock.monotonic() - behindSinceMs;
    if (verdict?.may === 'wait' && (verdict.why === 'OtherLedger' || behindMs >= BEHIND_GRACE_MS))
      return `${verdict.why}: ${verdict.message}`;
    return undefined;
  }
}

const NO_KEYS: readonly NorthboundKey[] = [];
