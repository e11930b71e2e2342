// Who uses a reservation, rather than who holds it: the Pods that carry its address, and whether it is kept without any.
import type { Holder } from '../../holder';
import type { Evidence, HeldAddress, PortRequest } from './reservation';
import type { Retention } from './retention';

/** Who uses a reservation: one Pod, and not another of the same name. */
export interface User extends Evidence {
  readonly uid: string;
  /** Where it runs. */
  readonly node?: string;
  /** Of a Vip's user: its Logical_Switch_Port, where it is for Holdfast to make it with the Vip's addresses. */
  readonly port?: string;
  /** Of a Vip's user with a port: whether that may send and receive only what is its own (`port_security`). */
  readonly portSecurity?: boolean;
  /** Of a Vip's user: who is behind it, if its successors shall have the Vip (`statefulset/default/web/0`). */
  readonly owner?: Holder;
}

/** A Pod carries the holder's address. The primary one is where packets go; the others wait for a migration's end. */
export interface UserAttached {
  readonly type: 'UserAttached';
  readonly holder: Holder;
  readonly user: User;
  readonly isPrimary: boolean;
  /** What it carries, where that was reserved (or moved, or found to be reserved) in the same decision. */
  readonly reserved?: HeldAddress & PortRequest;
  /** Why packets go there now, of one that was there before: a live migration came to its end. */
  readonly reason?: string;
  readonly evidence?: Evidence;
}

/** It carries it no more. */
export interface UserDetached {
  readonly type: 'UserDetached';
  readonly holder: Holder;
  readonly user: User;
  readonly reason: string;
  readonly evidence?: Evidence;
}

/** Nobody uses it, and it is kept. */
export interface ReservationRetained {
  readonly type: 'ReservationRetained';
  readonly holder: Holder;
  /** The policy that was in force. */
  readonly retention: Retention;
  /** Epoch milliseconds; absent: until its owner is gone, or somebody releases it. */
  readonly untilMs?: number;
  /** Of a Vip: for whom. */
  readonly owner?: Holder;
  readonly reason: string;
  readonly evidence?: Evidence;
}

/** A Vip is kept for nobody any more: whoever may use it can. */
export interface RetentionEnded {
  readonly type: 'RetentionEnded';
  readonly holder: Holder;
  readonly reason: string;
  readonly evidence?: Evidence;
}

/** How long the holder's reservation stays; absent: as its Subnet says. */
export interface RetentionSet {
  readonly type: 'RetentionSet';
  readonly holder: Holder;
  readonly retention?: Retention;
}

/** What concerns who uses a reservation, rather than who holds it. */
export type UserEvent = UserAttached | UserDetached | ReservationRetained | RetentionEnded | RetentionSet;
