// Whether this projector may write now: the Northbound's mark is one of our ledger, and the projectors' lock is held. Keys that
// differ meanwhile wait here until it may. Who is fenced does not ask for the lock.
import type { Chance, Clock } from '@holdfast/clock';
import { Fence, type MarkedLedger } from '@holdfast/projection';
import type { NorthboundState } from '../actual/northbound';
import type { NorthboundKey } from '../model/row-keys';
import type { GlobalRow } from '../model/tables';
import { recordedIn } from './mark';

export interface WritePermissionOptions {
  readonly ledger: MarkedLedger;
  readonly clock: Clock;
  readonly chance: Chance;
  /** What is known of the mark is something else. */
  readonly onChange: () => void;
}

/** A hand-over takes a moment; longer than this, whoever has the lock keeps it. */
const LOCK_GRACE_MS = 4_000;

export class WritePermission {
  /** Compared and different, while we may not write. */
  readonly pending = new Set<NorthboundKey>();
  readonly fence: Fence;
  private granted = false;
  private wasGranted = false;
  private waitingSinceMs: number | undefined;

  constructor(private readonly options: WritePermissionOptions) {
    this.fence = new Fence({ side: 'northbound', ...options });
  }

  get isGranted(): boolean {
    return this.granted;
  }

  /** It could write at some time since the start: what is there was compared, and nobody else has the lock. */
  get wasEverGranted(): boolean {
    return this.wasGranted;
  }

  /** Judges anew; returns the keys that waited, if they need not wait any longer. */
  judge({ isActive, isConnected }: NorthboundState, global: GlobalRow | undefined): readonly NorthboundKey[] {
    const { fence, options } = this;
    if (isConnected) fence.see(recordedIn(global));
    const before = this.granted;
    // An empty ledger has nothing to project, and does not take away what another one may have put there.
    this.granted = isActive && fence.isOpen && options.ledger.mark().position !== undefined;
    if (isActive && fence.isOpen && !this.wasGranted) {
      this.wasGranted = true;
      options.onChange();
    }
    this.noteWaiting(isConnected && fence.isOpen && !isActive);
    if (!this.granted || before || this.pending.size === 0) return NO_KEYS;
    const waited = [...this.pending];
    this.pending.clear();
    return waited;
  }

  /** The connection is gone: whatever is found on the next one is compared anew. */
  lost(): void {
    this.granted = false;
    this.noteWaiting(false);
    this.fence.lost();
  }

  /** Why it may not for longer than a moment, for people. */
  trouble(): string | undefined {
    const { verdict } = this.fence;
    if (verdict) return `${verdict.why}: ${verdict.message} ${REMEDY}`;
    const waitedMs =
      this.waitingSinceMs === undefined ? 0 : this.options.clock.monotonic() - this.waitingSinceMs;
    if (this.pending.size === 0 || waitedMs < LOCK_GRACE_MS) return undefined;
    return (
      `LockHeld: another projector has had the Northbound's lock for ${Math.floor(waitedMs / 1_000)} s, and ${this.pending.size} ` +
      `keys wait to be written. If it is none of this ledger's, stop it or point it elsewhere.`
    );
  }

  private noteWaiting(isWaiting: boolean): void {
    this.waitingSinceMs = isWaiting ? (this.waitingSinceMs ?? this.options.clock.monotonic()) : undefined;
  }
}

const REMEDY = 'Nothing is written to the Northbound until an operator decides: see `holdfast recover`.';
const NO_KEYS: readonly NorthboundKey[] = [];
