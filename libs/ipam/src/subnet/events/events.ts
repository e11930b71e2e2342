// What may have happened to a Subnet. Each event says the whole of what holds after it, so that it can be read
// alone; who asked, when and through what stands in its metadata (libs/event-store).
import type { Address, AddressPair, AddressRange, Cidr, Mac } from '../../address';
import type { Holder } from '../../holder';
import type { AddressPool, Evidence, Grantor, PortWish, RuleDefinition, User, VipPurpose } from '../commands';
import type { Retention } from './retention';

export interface SubnetDefinition {
  readonly cidrs: readonly Cidr[];
  readonly gateways: readonly Address[];
  readonly excluded: readonly AddressRange[];
  readonly coolingMs: number;
  readonly router?: string;
  readonly retention?: Retention;
  /** In the order of their names. Absent: none. */
  readonly pools?: readonly AddressPool[];
}

/** Without what else stands beside it. */
export function definitionOf({
  cidrs,
  gateways,
  excluded,
  coolingMs,
  router,
  retention,
  pools,
}: SubnetDefinition): SubnetDefinition {
  const rare = {
    ...(router !== undefined && { router }),
    ...(retention && { retention }),
    ...(pools && pools.length > 0 && { pools }),
  };
  return { cidrs, gateways, excluded, coolingMs, ...rare };
}

/** An address space came into being. */
export interface SubnetDefined extends SubnetDefinition {
  readonly type: 'SubnetDefined';
}

/** Its block, gateway, exclusions or cooling time changed; this is the whole of what holds now. */
export interface SubnetRevised extends SubnetDefinition {
  readonly type: 'SubnetRevised';
}

/** It ended; nobody held anything in it. */
export interface SubnetRetired {
  readonly type: 'SubnetRetired';
}

export interface HeldAddress extends AddressPair {
  readonly mac: Mac;
}

/** A holder got addresses and a MAC: one address of each family that it wanted, or none at all. */
export interface AddressReserved extends HeldAddress, PortWish {
  readonly type: 'AddressReserved';
  readonly holder: Holder;
}

/** A holder got other addresses, another MAC or another port for what it had. Without a port: that stayed. */
export interface AddressMoved extends HeldAddress, PortWish {
  readonly type: 'AddressMoved';
  readonly holder: Holder;
  readonly from: HeldAddress;
}

/** A holder gave up all that it had in the subnet. */
export interface AddressReleased extends HeldAddress {
  readonly type: 'AddressReleased';
  readonly holder: Holder;
  readonly reason: string;
  readonly evidence?: Evidence;
}

/** A Pod carries the holder's address. The primary one is where packets go; the others wait for a migration's end. */
export interface UserAttached {
  readonly type: 'UserAttached';
  readonly holder: Holder;
  readonly user: User;
  readonly isPrimary: boolean;
  /** What it carries, where that was reserved (or moved, or found to be reserved) in the same decision. */
  readonly reserved?: HeldAddress & PortWish;
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

const USER_EVENTS: ReadonlySet<SubnetEvent['type']> = new Set([
  'UserAttached',
  'UserDetached',
  'ReservationRetained',
  'RetentionEnded',
  'RetentionSet',
]);

export const isUserEvent = (event: SubnetEvent): event is UserEvent => USER_EVENTS.has(event.type);

/** A Vip came into being, under a claim to its name. */
export interface VipReserved extends HeldAddress, VipPurpose {
  readonly type: 'VipReserved';
  readonly name: string;
  readonly claim: number;
}

/** A Vip got another purpose, or other addresses; this is the whole of what holds now. */
export interface VipRevised extends HeldAddress, VipPurpose {
  readonly type: 'VipRevised';
  readonly name: string;
  /** What it held before; equal to what it holds when only its purpose changed. */
  readonly from: HeldAddress;
}

/** Ends the Vip, and with it the subnet's claim to its name. */
export interface VipReleased extends HeldAddress {
  readonly type: 'VipReleased';
  readonly name: string;
  readonly claim: number;
  readonly reason: string;
}

/** The port may answer for the Vip, because of this grantor. Ends with the Vip. */
export interface ParentGranted {
  readonly type: 'ParentGranted';
  readonly vip: string;
  readonly port: string;
  readonly grantor: Grantor;
  readonly evidence?: Evidence;
}

/** This grantor's grant ended. */
export interface ParentWithdrawn {
  readonly type: 'ParentWithdrawn';
  readonly vip: string;
  readonly port: string;
  readonly grantor: Grantor;
  readonly reason: string;
  readonly evidence?: Evidence;
}

/** The rule has the fronts `vip:port/protocol` of its ports from now on. */
export interface RuleDefined extends RuleDefinition {
  readonly type: 'RuleDefined';
  readonly rule: string;
}

/** This is the whole of what holds now; its selector's backends stay. */
export interface RuleRevised extends RuleDefinition {
  readonly type: 'RuleRevised';
  readonly rule: string;
}

/** The rule and its fronts ended. */
export interface RuleRetired {
  readonly type: 'RuleRetired';
  readonly rule: string;
  readonly vip: string;
  readonly reason: string;
}

/** Other Pods are behind the rule; these are all of them, ascending. */
export interface RuleBackendsChanged {
  readonly type: 'RuleBackendsChanged';
  readonly rule: string;
  readonly vip: string;
  readonly backends: readonly Address[];
}

/** The Subnet will never again act on this claim (or an older one) to the Vip's name. */
export interface VipNameYielded {
  readonly type: 'VipNameYielded';
  readonly name: string;
  readonly claim: number;
}

/** What concerns how a Vip is used, rather than who holds what: each names its Vip. */
export type VipUseEvent =
  | ParentGranted
  | ParentWithdrawn
  | RuleDefined
  | RuleRevised
  | RuleRetired
  | RuleBackendsChanged;

export const isVipUse = (event: SubnetEvent): event is VipUseEvent => 'vip' in event;

export type SubnetEvent =
  | SubnetDefined
  | SubnetRevised
  | SubnetRetired
  | AddressReserved
  | AddressMoved
  | AddressReleased
  | VipReserved
  | VipRevised
  | VipReleased
  | UserEvent
  | VipUseEvent
  | VipNameYielded;
