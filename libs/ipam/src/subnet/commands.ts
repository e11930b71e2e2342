// What may be asked of a Subnet. Values are parsed already; a command carries intent, never time or chance.
import type { AddressRange, Cidr, Family, Mac } from '../address';
import type { Address } from '../address';
import type { Holder } from '../holder';

export interface DefineSubnet {
  readonly type: 'DefineSubnet';
  readonly subnet: string;
  /** One, or one of each family. */
  readonly cidrs: readonly Cidr[];
  /** At most one a family. Absent: the first usable address of each block larger than two. Empty: none. */
  readonly gateways?: readonly Address[];
  /** Not handed out automatically. What lies outside the blocks excludes nothing, until they grow there. */
  readonly excluded?: readonly AddressRange[];
  /** How long a released address stays unused, milliseconds. Absent: 0. */
  readonly coolingMs?: number;
}

/** What is absent stays as it is. */
export interface ReviseSubnet {
  readonly type: 'ReviseSubnet';
  readonly subnet: string;
  readonly cidrs?: readonly Cidr[];
  readonly gateways?: readonly Address[];
  readonly excluded?: readonly AddressRange[];
  readonly coolingMs?: number;
}

export interface RetireSubnet {
  readonly type: 'RetireSubnet';
  readonly subnet: string;
}

/** Which addresses: what is absent is chosen. */
export interface AddressWish {
  readonly v4?: number;
  readonly v6?: bigint;
  readonly mac?: Mac;
  /** Absent: every family of the subnet. */
  readonly families?: readonly Family[];
}

export interface ReserveAddress extends AddressWish {
  readonly type: 'ReserveAddress';
  readonly subnet: string;
  readonly holder: Holder;
}

/** Another address for a holder who has one: one decision, so that a refusal leaves the old one in place. */
export interface MoveAddress {
  readonly type: 'MoveAddress';
  readonly subnet: string;
  readonly holder: Holder;
  readonly v4?: number;
  readonly v6?: bigint;
  readonly mac?: Mac;
}

export interface ReleaseAddress {
  readonly type: 'ReleaseAddress';
  readonly subnet: string;
  readonly holder: Holder;
  /** Why, for the record. */
  readonly reason: string;
}

export const VIP_TYPES = ['', 'switch_lb_vip', 'kube_host_vm_vip'] as const;
export type VipType = (typeof VIP_TYPES)[number];

/** What a Vip is for. Label selector entries as the user wrote them, AND-ed. */
export interface VipPurpose {
  readonly vipType: VipType;
  /** Whose Pods may be parents. Absent: none, and no `virtual` port. */
  readonly namespace?: string;
  readonly selector: readonly string[];
  /** Whose it is and what for, in the user's words. */
  readonly note?: string;
}

export interface ReserveVip extends AddressWish, VipPurpose {
  readonly type: 'ReserveVip';
  readonly subnet: string;
  readonly name: string;
  /** Version of the event that claimed the name (see ../vip-name). */
  readonly claim: number;
}

/** The Vip as it should be from now on; an address that is absent stays. */
export interface ReviseVip extends VipPurpose {
  readonly type: 'ReviseVip';
  readonly subnet: string;
  readonly name: string;
  readonly v4?: number;
  readonly v6?: bigint;
  readonly mac?: Mac;
}

export interface ReleaseVip {
  readonly type: 'ReleaseVip';
  readonly subnet: string;
  readonly name: string;
  readonly reason: string;
}

/** Asks a Subnet that does not hold the Vip to swear off the claim, so that another subnet may have the name. */
export interface YieldVipName {
  readonly type: 'YieldVipName';
  readonly subnet: string;
  readonly name: string;
  readonly claim: number;
}

export type SubnetCommand =
  | DefineSubnet
  | ReviseSubnet
  | RetireSubnet
  | ReserveAddress
  | MoveAddress
  | ReleaseAddress
  | ReserveVip
  | ReviseVip
  | ReleaseVip
  | YieldVipName;
