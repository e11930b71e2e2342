// What others are told of each Vip and Subnet: whether its rows are there, and if not, why. It remembers what the
// reconciler found, and decides nothing.
import type { LedgerView } from '@holdfast/ipam';
import { hasPorts } from './desired';
import { type DueKey, kindOf, nameOf, subnetKey, vipKey } from './ownership';
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

const PROJECTED = 'Its rows in the Northbound are as they should be.';
const NO_PORT = 'It has no port in OVN: only Vips with a namespace, of type "" or switch_lb_vip, have one.';
const PENDING = 'Its rows in the Northbound are about to be written.';

interface Entry {
  projection: Projection;
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

  constructor(private readonly view: LedgerView) {}

  get(key: DueKey): Projection | undefined {
    return this.entries.get(key)?.projection;
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
    else this.set(key, pending(this.positionOf(key)), false);
  }

  /** There is something to be written. */
  differs(key: DueKey, isSettled: boolean): void {
    this.set(key, pending(this.positionOf(key)), isSettled);
  }

  /** Nothing is to be written, or nothing can be. */
  compared(key: DueKey, obstacle: Obstacle | undefined): void {
    const position = this.positionOf(key);
    if (obstacle) {
      this.blocked.set(key, { key, ...obstacle });
      return this.set(key, { projected: false, ...obstacle, position }, false);
    }
    if (position === undefined) return this.forget(key);
    const hasRows = kindOf(key) === 'subnet' || hasPorts(this.view.vip(nameOf(key))!);
    const found = hasRows
      ? ({ projected: true, reason: 'Projected', message: PROJECTED } as const)
      : ({ projected: false, reason: 'NoPort', message: NO_PORT } as const);
    this.set(key, { ...found, position }, true);
  }

  private set(key: DueKey, projection: Projection, isSettled: boolean): void {
    const entry = this.entries.get(key);
    const isSame = entry && sameProjection(entry.projection, projection);
    if (projection.reason !== this.blocked.get(key)?.reason) this.blocked.delete(key);
    if (entry) Object.assign(entry, { projection, isSettled });
    else this.entries.set(key, { projection, isSettled });
    if (!isSame) this.tell(key);
  }

  private forget(key: DueKey): void {
    this.blocked.delete(key);
    if (this.entries.delete(key)) this.tell(key);
  }

  private tell(key: DueKey): void {
    for (const listener of this.listeners) listener(key);
  }

  private positionOf(key: DueKey): string | undefined {
    const name = nameOf(key);
    if (key === vipKey(name)) return this.view.vip(name) && this.view.vipPosition(name);
    return key === subnetKey(name) && this.view.subnet(name) ? this.view.subnetPosition(name) : undefined;
  }
}

const pending = (position: string | undefined): Projection => ({
  projected: false,
  reason: 'Pending',
  message: PENDING,
  position,
});

const sameProjection = (a: Projection, b: Projection): boolean =>
  a.projected === b.projected &&
  a.reason === b.reason &&
  a.message === b.message &&
  a.position === b.position;
