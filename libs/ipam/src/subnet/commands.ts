// What may be asked of a Subnet. Values are parsed already; a command carries intent, never time or chance.
import type { AddressRange, Cidr, Family, Mac } from '../address';
import type { Address } from '../address';
import type { Holder } from '../holder';
import type { Retention } from './events/retention';

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
  /** Name of the Logical_Router that its gateways are on. Absent: none of ours. */
  readonly router?: string;
  /** Of holders that have none of their own. Absent: what is usual for their kind. */
  readonly retention?: Retention;
}

/** What is absent stays as it is. */
export interface ReviseSubnet {
  readonly type: 'ReviseSubnet';
  readonly subnet: string;
  readonly cidrs?: readonly Cidr[];
  readonly gateways?: readonly Address[];
  readonly excluded?: readonly AddressRange[];
  readonly coolingMs?: number;
  /** '': none any more. */
  readonly router?: string;
  /** null: what is usual for each kind of holder again. */
  readonly retention?: Retention | null;
}

/** Addresses of a Subnet that are handed out only to who names the pool (or the address). */
export interface AddressPool {
  /** Unique in the Subnet. */
  readonly name: string;
  /** Within the Subnet's blocks, and in no other pool. What is excluded is handed out by name only, here too. */
  readonly ranges: readonly AddressRange[];
  /** Whose Pods take from it without naming it; for those who ask on their behalf. */
  readonly namespaces: readonly string[];
}

/** The pool as it should be from now on, new or not. Who holds an address of it keeps that. */
export interface DefinePool extends AddressPool {
  readonly type: 'DefinePool';
  readonly subnet: string;
}

/** Its addresses are the Subnet's again. */
export interface RetirePool {
  readonly type: 'RetirePool';
  readonly subnet: string;
  readonly name: string;
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
  /** Where addresses that are not named come from. Absent: from none of the pools. */
  readonly pool?: string;
}

/** The Logical_Switch_Port that a holder is reached by, where it is for Holdfast to make it. */
export interface PortWish {
  /** Its name, unique in the whole Northbound. Absent: the port is made by somebody else, or there is none. */
  readonly port?: string;
  /** Whether the port may send and receive only what is its own (`port_security`). */
  readonly portSecurity?: boolean;
}

/** Who is to carry the addresses, decided together with them: both, or neither. */
export interface UserWish {
  /** Absent: nobody yet. */
  readonly user?: User;
  /** Beside the one that is there, as the target of a live migration; it becomes the primary one by `MovePrimary`. */
  readonly migrates?: boolean;
}

export interface ReserveAddress extends AddressWish, PortWish, UserWish {
  readonly type: 'ReserveAddress';
  readonly subnet: string;
  readonly holder: Holder;
  /** Whether the addresses that the holder last had are taken, where none is named and they are free. */
  readonly prefersFormer?: boolean;
}

/** Another address, or another port, for a holder who has one: one decision; a refusal leaves the old one in place. */
export interface MoveAddress extends PortWish, UserWish {
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
  readonly evidence?: Evidence;
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

/** A Kubernetes object as it was when it was the reason for something. */
export interface Evidence {
  /** `pod/default/web-0`. */
  readonly object: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
}

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

/** A Pod carries the reservation's address from now on. */
export interface AttachUser extends UserWish {
  readonly type: 'AttachUser';
  readonly subnet: string;
  readonly holder: Holder;
  readonly user: User;
}

/** Whether who is behind the user will want the address again. */
export type OwnerState = 'exists' | 'gone' | 'none';

/** A Pod carries it no more. What becomes of the reservation is for its retention to say. */
export interface DetachUser {
  readonly type: 'DetachUser';
  readonly subnet: string;
  readonly holder: Holder;
  readonly uid: string;
  readonly owner: OwnerState;
  readonly reason: string;
  readonly evidence?: Evidence;
}

/** Packets go to this user from now on: a live migration came to its end. */
export interface MovePrimary {
  readonly type: 'MovePrimary';
  readonly subnet: string;
  readonly holder: Holder;
  readonly uid: string;
  readonly reason?: string;
  readonly evidence?: Evidence;
}

/** Nobody will want a reservation again that is kept for its owner. */
export interface EndOwner {
  readonly type: 'EndOwner';
  readonly subnet: string;
  readonly holder: Holder;
  readonly reason: string;
  readonly evidence?: Evidence;
}

/** Releases what was kept for a time that is over. */
export interface ReleaseExpired {
  readonly type: 'ReleaseExpired';
  readonly subnet: string;
  readonly holder: Holder;
}

/** How long the holder's reservation stays; null: as its Subnet says. */
export interface SetRetention {
  readonly type: 'SetRetention';
  readonly subnet: string;
  readonly holder: Holder;
  readonly retention: Retention | null;
}

/** Why a port may answer for a Vip: its Pod asked and the Vip's selector has it, or somebody named the port. */
export const GRANTORS = ['selector', 'explicit'] as const;
export type Grantor = (typeof GRANTORS)[number];

/** Lets a Logical_Switch_Port answer for the Vip: makes it one of the Vip's parents. */
export interface GrantParent {
  readonly type: 'GrantParent';
  readonly subnet: string;
  readonly vip: string;
  /** Name of the port. */
  readonly port: string;
  readonly grantor: Grantor;
  readonly evidence?: Evidence;
}

/** Takes the grant back. A port stays a parent while somebody else's grant is left. */
export interface WithdrawParent {
  readonly type: 'WithdrawParent';
  readonly subnet: string;
  readonly vip: string;
  readonly port: string;
  readonly grantor: Grantor;
  readonly reason: string;
  readonly evidence?: Evidence;
}

/** OVN's Load_Balancer protocols (ovn-nb(5)). */
export const PROTOCOLS = ['tcp', 'udp', 'sctp'] as const;
export type Protocol = (typeof PROTOCOLS)[number];

/** One front of a Vip, and the port of the backends behind it. */
export interface RulePort {
  readonly name?: string;
  /** 1 to 65535. */
  readonly port: number;
  /** 1 to 65535. */
  readonly targetPort: number;
  readonly protocol: Protocol;
}

/** What is spread over which backends (Kube-OVN's SwitchLBRule). */
export interface RuleDefinition {
  /** A Vip of this Subnet, of type `switch_lb_vip`. */
  readonly vip: string;
  readonly ports: readonly RulePort[];
  /** Whose Pods the selector is for. */
  readonly namespace?: string;
  /** Label selector entries; their Pods' addresses come with `SetRuleBackends`. Empty: `endpoints` it is. */
  readonly selector: readonly string[];
  /** Backends by address, where no selector says them. */
  readonly endpoints: readonly Address[];
  /** Whether a client always gets the same backend. */
  readonly affinity: 'none' | 'client-ip';
  /** Whether backends that don't answer are left out; IPv4 only (ovn-nb(5), Load_Balancer_Health_Check). */
  readonly healthCheck: boolean;
  /** Whether a front without backends refuses at once, rather than being silent. */
  readonly rejectWhenEmpty: boolean;
  readonly note?: string;
}

export interface DefineRule extends RuleDefinition {
  readonly type: 'DefineRule';
  readonly subnet: string;
  /** Unique in the Subnet. */
  readonly rule: string;
}

/** The rule as it should be from now on. */
export interface ReviseRule extends RuleDefinition {
  readonly type: 'ReviseRule';
  readonly subnet: string;
  readonly rule: string;
}

export interface RetireRule {
  readonly type: 'RetireRule';
  readonly subnet: string;
  readonly rule: string;
  readonly reason: string;
}

/** The addresses of the Pods that a rule's selector has now; all of them. */
export interface SetRuleBackends {
  readonly type: 'SetRuleBackends';
  readonly subnet: string;
  readonly rule: string;
  readonly backends: readonly Address[];
}

/** Asks a Subnet that does not hold the Vip to swear off the claim, so that another subnet may have the name. */
export interface YieldVipName {
  readonly type: 'YieldVipName';
  readonly subnet: string;
  readonly name: string;
  readonly claim: number;
}

export type UserCommand = AttachUser | DetachUser | MovePrimary | EndOwner | ReleaseExpired | SetRetention;

export type SubnetCommand =
  | DefineSubnet
  | ReviseSubnet
  | RetireSubnet
  | DefinePool
  | RetirePool
  | ReserveAddress
  | MoveAddress
  | ReleaseAddress
  | ReserveVip
  | ReviseVip
  | ReleaseVip
  | UserCommand
  | GrantParent
  | WithdrawParent
  | DefineRule
  | ReviseRule
  | RetireRule
  | SetRuleBackends
  | YieldVipName;
