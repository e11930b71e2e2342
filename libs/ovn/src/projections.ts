// What others are told of each Vip and Subnet: whether its rows are there, and if not, why. It remembers what the
// reconciler found, and decides nothing.
import type { DueKey } from './ownership';
import type { Obstacle, ObstacleReason } from './plan';

export type ProjectionReason =
  /** The rows are as they should be. */
  | 'Projected'
  /** The Vip has no port in OVN: it has no namespace, or its type needs none. */
  | 'NoPort'
  /** There is something to be written. */
  | 'Pending'
  | ObstacleReason;

export interface Projection {
  readonly projected: boolean;
  readonly reason: ProjectionReason;
  /** One sentence for people. */
  readonly message: string;
  /** Of the last event that concerned it when it was compared; `undefined`: it is released or retired. */
  readonly position: string | undefined;
}

/** A key that is not projected because of something that somebody has to do. */
export interface BlockedKey extends Obstacle {
  readonly key: DueKey;
}

type Found = Omit<Projection, 'position'>;

const PROJECTED: Found = {
  projected: true,
  reason: 'Projected',
  message: 'Its rows in the Northbound are as they should be.',
};
const NO_PORT: Found = {
  projected: false,
  reason: 'NoPort',
  message: 'It has no port in OVN: only Vips with a namespace, of type "" or switch_lb_vip, have one.',
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
}

export class Projections {
  private readonly entries = new Map<DueKey, Entry>();
  private readonly blocked = new Map<DueKey, BlockedKey>();
  private readonly listeners = new Set<(key: DueKey) => void>();

  get(key: DueKey): Projection | undefined {
    const entry = this.entries.get(key);
    return entry && { ...entry.found, position: entry.position };
  }

  keys(): Iterable<DueKey> {
    return this.entries.keys();
  }

  obstacles(): readonly BlockedKey[] {
    return [...this.blocked.values()];
  }

  onChange(listener: (key: DueKey) => void): () => void {
    const own = (key: DueKey): void => listener(key);
    this.listeners.add(own);
    return () => this.listeners.delete(own);
  }

  isSettled(key: DueKey): boolean | undefined {
    return this.entries.get(key)?.isSettled;
  }

  /** What the rows should be may have changed. */
  unsettle(key: DueKey): void {
    const entry = this.entries.get(key);
    if (entry) entry.isSettled = false;
    else this.set(key, PENDING, undefined, false);
  }

  /** There is something to be written. */
  differs(key: DueKey, position: string | undefined, isSettled: boolean): void {
    this.set(key, PENDING, position, isSettled);
  }

  /** Something is in the way. */
  blockedBy(key: DueKey, position: string | undefined, obstacle: Obstacle): void {
    this.set(key, { projected: false, ...obstacle }, position, false);
    this.blocked.set(key, { key, ...obstacle });
  }

  /** The rows are as they should be; `hasRows`: there are some. */
  agrees(key: DueKey, position: string | undefined, hasRows: boolean): void {
    if (position !== undefined) return this.set(key, hasRows ? PROJECTED : NO_PORT, position, true);
    if (this.blocked.size > 0) this.blocked.delete(key);
    if (this.entries.delete(key)) this.tell(key);
  }

  private set(key: DueKey, found: Found, position: string | undefined, isSettled: boolean): void {
    if (this.blocked.size > 0) this.blocked.delete(key);
    const entry = this.entries.get(key);
    if (!entry) {
      this.entries.set(key, { found, position, isSettled });
    } else {
      entry.isSettled = isSettled;
      if (entry.position === position && isSame(entry.found, found)) return;
      entry.found = found;
      entry.position = position;
    }
    this.tell(key);
  }

  private tell(key: DueKey): void {
    for (const listener of this.listeners) listener(key);
  }
}

const isSame = (a: Found, b: Found): boolean => a === b || (a.reason === b.reason && a.message === b.message);
