// What is known of each Vip, Subnet, port and rule: whether its rows are there, and if not, why. It remembers what the
// reconciler found, and decides nothing.
import type { NorthboundKey } from '../model/row-keys';
import type { Notice, Obstacle, ObstacleReason } from '../plan/plan';

export type ProjectionReason =
  /** The rows are as they should be. */
  | 'Projected'
  /** The Vip has no port in OVN: it has neither namespace nor parents, or its type needs none. */
  | 'NoPort'
  /** The rows are as they should be, and there is something to be known of them. */
  | Notice['reason']
  /** There is something to be written. */
  | 'Pending'
  | ObstacleReason;

export interface RowProjection {
  readonly projected: boolean;
  readonly reason: ProjectionReason;
  /** One sentence for people. */
  readonly message: string;
  /** Of the last event that concerned it when it was compared; `undefined`: it is released or retired. */
  readonly position: string | undefined;
}

/** A key that is not projected because of something that somebody has to do. */
export interface BlockedKey extends Obstacle {
  readonly key: NorthboundKey;
}

type Found = Omit<RowProjection, 'position'>;

const PROJECTED: Found = {
  projected: true,
  reason: 'Projected',
  message: 'Its rows in the Northbound are as they should be.',
};
const NO_PORT: Found = {
  projected: false,
  reason: 'NoPort',
  message:
    'It has no port in OVN: only Vips of type "" with a namespace or parents, and those of type switch_lb_vip, have one.',
};
const PENDING: Found = {
  projected: false,
  reason: 'Pending',
  message: 'Its rows in the Northbound are about to be written.',
};

interface Entry {
  found: Found;
  position: string | undefined;
  /**
   * The rows were as they should be, and nothing was recorded since that changes what they should be: if they
   * are not now, it was not us.
   */
  isSettled: boolean;
  /** Something changed since on which it depends what the rows should be. */
  dependencyChanged?: boolean;
}

export class RowProjections {
  private readonly entries = new Map<NorthboundKey, Entry>();
  private readonly blocked = new Map<NorthboundKey, BlockedKey>();
  private readonly listeners = new Set<(key: NorthboundKey) => void>();

  get(key: NorthboundKey): RowProjection | undefined {
    const entry = this.entries.get(key);
    return entry && { ...entry.found, position: entry.position };
  }

  keys(): Iterable<NorthboundKey> {
    return this.entries.keys();
  }

  obstacles(): readonly BlockedKey[] {
    return [...this.blocked.values()];
  }

  onChange(listener: (key: NorthboundKey) => void): () => void {
    const own = (key: NorthboundKey): void => listener(key);
    this.listeners.add(own);
    return () => this.listeners.delete(own);
  }

  has(key: NorthboundKey): boolean {
    return this.entries.has(key);
  }

  isSettled(key: NorthboundKey): boolean | undefined {
    return this.entries.get(key)?.isSettled;
  }

  /** What the rows should be may have changed. */
  desiredChanged(key: NorthboundKey): void {
    const entry = this.entries.get(key);
    if (entry) entry.isSettled = false;
    else this.set(key, PENDING, undefined, false);
  }

  /** Something changed on which it depends what the rows should be. */
  dependencyChanged(key: NorthboundKey): void {
    const entry = this.entries.get(key);
    if (entry) entry.dependencyChanged = true;
  }

  hasDependencyChanged(key: NorthboundKey): boolean {
    return this.entries.get(key)?.dependencyChanged ?? false;
  }

  /** There is something to be written. */
  differs(key: NorthboundKey, position: string | undefined, isSettled: boolean): void {
    this.set(key, PENDING, position, isSettled);
  }

  /** Something is in the way. */
  blockedBy(key: NorthboundKey, position: string | undefined, obstacle: Obstacle): void {
    this.set(key, { projected: false, ...obstacle }, position, false);
    this.blocked.set(key, { key, ...obstacle });
  }

  /** The rows are as they should be; `hasRows`: there are some. */
  agrees(key: NorthboundKey, position: string | undefined, hasRows: boolean, notice?: Notice): void {
    const found = notice ? { projected: true, ...notice } : hasRows ? PROJECTED : NO_PORT;
    if (position !== undefined) return this.set(key, found, position, true);
    if (this.blocked.size > 0) this.blocked.delete(key);
    if (this.entries.delete(key)) this.notify(key);
  }

  private set(key: NorthboundKey, found: Found, position: string | undefined, isSettled: boolean): void {
    if (this.blocked.size > 0) this.blocked.delete(key);
    const entry = this.entries.get(key);
    if (!entry) {
      this.entries.set(key, { found, position, isSettled });
    } else {
      entry.isSettled = isSettled;
      if (entry.dependencyChanged) entry.dependencyChanged = false;
      if (entry.position === position && isSame(entry.found, found)) return;
      entry.found = found;
      entry.position = position;
    }
    this.notify(key);
  }

  private notify(key: NorthboundKey): void {
    for (const listener of this.listeners) listener(key);
  }
}

const isSame = (a: Found, b: Found): boolean => a === b || (a.reason === b.reason && a.message === b.message);
