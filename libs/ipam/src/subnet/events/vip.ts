// What a Vip is for, and the events of its life. Who may answer for it and its rules stand in ./parent and ./rule.
import type { ObjectOwner } from './owner';
import type { HeldAddress } from './reservation';

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

export function purposeOf({ vipType, namespace, selector, note }: VipPurpose): VipPurpose {
  return { vipType, namespace, selector, note };
}

/** A Vip came into being, under a claim to its name. */
export interface VipReserved extends HeldAddress, VipPurpose {
  readonly type: 'VipReserved';
  readonly name: string;
  readonly claim: number;
  /** Whose it is. null: no object's. Absent: it was stored before events said so. */
  readonly owner?: ObjectOwner | null;
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

/** The Subnet will never again act on this claim (or an older one) to the Vip's name. */
export interface VipNameYielded {
  readonly type: 'VipNameYielded';
  readonly name: string;
  readonly claim: number;
}
