// What may have happened to a Subnet. Each event says the whole of what holds after it, so that it can be read
// alone; who asked, when and through what stands in its metadata (libs/event-store).
import type { SubnetDefined, SubnetRetired, SubnetRevised } from './definition';
import type { LabelsSet } from './label';
import type { ParentGranted, ParentWithdrawn } from './parent';
import type { AddressMoved, AddressReleased, AddressReserved } from './reservation';
import type { RuleBackendsChanged, RuleDefined, RuleRetired, RuleRevised } from './rule';
import type { UserEvent } from './user';
import type { WithheldEvent } from './withheld';
import type { VipNameYielded, VipReleased, VipReserved, VipRevised } from './vip';

/** What concerns how a Vip is used, rather than who holds what: each names its Vip. */
export type VipUseEvent =
  | ParentGranted
  | ParentWithdrawn
  | RuleDefined
  | RuleRevised
  | RuleRetired
  | RuleBackendsChanged;

export const isVipUse = (event: SubnetEvent): event is VipUseEvent => 'vip' in event;

const USER_EVENTS: Readonly<Record<UserEvent['type'], true>> = {
  UserAttached: true,
  UserDetached: true,
  ReservationRetained: true,
  RetentionEnded: true,
  RetentionSet: true,
};

export const isUserEvent = (event: SubnetEvent): event is UserEvent => event.type in USER_EVENTS;

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
  | VipNameYielded
  | LabelsSet
  | WithheldEvent;
