// What a Subnet remembers of those who are gone: who gave up each address, and when each holder left. It forgets
// what no decision can need any more, in sweeps that cost each release the same.
import type { Address } from '../address';
import type { Holder } from '../holder';

export interface Former {
  readonly holder: Holder;
  readonly releasedAtMs: number;
}

/** A release is remembered by holder for as long as a late duplicate of an older command may be accepted. */
const RELEASE_MEMORY_MS = 7 * 24 * 3_600_000;
/** Fewer than this are not worth a sweep; after one, the next comes when what stayed has doubled. */
const SWEEP_AT_LEAST = 4096;

export class Past {
  /** Addresses that nobody has taken since, in the order in which they were given up. */
  private readonly formerHolders = new Map<Address, Former>();
  private readonly leavings = new Map<Holder, number>();
  private sweepFormersAt = SWEEP_AT_LEAST;
  private sweepLeavingsAt = SWEEP_AT_LEAST;

  former(address: Address): Former | undefined {
    return this.formerHolders.get(address);
  }

  /** The longest given up first. */
  formers(): Iterable<readonly [Address, Former]> {
    return this.formerHolders;
  }

  releasedAtMs(holder: Holder): number | undefined {
    return this.leavings.get(holder);
  }

  take(address: Address): void {
    if (this.formerHolders.size > 0) this.formerHolders.delete(address);
  }

  giveUp(address: Address, holder: Holder, releasedAtMs: number): void {
    this.formerHolders.set(address, { holder, releasedAtMs });
  }

  leave(holder: Holder, atMs: number): void {
    this.leavings.set(holder, atMs);
    if (this.leavings.size < this.sweepLeavingsAt) return;
    for (const [gone, leftAtMs] of this.leavings) {
      if (leftAtMs < atMs - RELEASE_MEMORY_MS) this.leavings.delete(gone);
    }
    this.sweepLeavingsAt = Math.max(SWEEP_AT_LEAST, this.leavings.size * 2);
  }

  /** @param forget whether an address that no longer cools may be forgotten; in a block that fills up it may not */
  sweep(nowMs: number, coolingMs: number, forget: (address: Address) => boolean): void {
    if (this.formerHolders.size < this.sweepFormersAt) return;
    for (const [address, { releasedAtMs }] of this.formerHolders) {
      if (releasedAtMs + coolingMs <= nowMs && forget(address)) this.formerHolders.delete(address);
    }
    this.sweepFormersAt = Math.max(SWEEP_AT_LEAST, this.formerHolders.size * 2);
  }
}
