// What others are told of each Vip and Subnet: whether its rows are there, and if not, why. It remembers what the
// reconciler found, and decides nothing.
import type { DueKey } from '../model/row-keys';
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
  /** Something around the rows changed since, so that what they should be may have, too. */
  isDisturbed?: boolean;
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

  has(key: DueKey): boolean {
    return this.entries.has(key);
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

  /** What is around the rows changed, and with that perhaps what they should be. */
  disturb(key: DueKey): void {
    const entry = this.entries.get(key);
    if (entry) entry.isDisturbed = true;
  }

  isDisturbed(key: DueKey): boolean {
    return this.entries.get(key)?.isDisturbed ?? false;
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
  agrees(key: DueKey, position: string | undefined, hasRows: boolean, notice?: Notice): void {
    const found = notice ? { projected: true, ...notice } : hasRows ? PROJECTED : NO_PORT;
    if (position !== undefined) return this.set(key, found, position, true);
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
      if (entry.isDisturbed) entry.isDisturbed = false;
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
