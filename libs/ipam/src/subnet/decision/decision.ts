// What comes of a command: events (none, when what was asked is already so) and the reply to its caller, or a
// rejection.
import { type Holder, holderParts, vipHolder } from '../../holder';
import type { Labels } from '../../label';
import type { Rejection } from '../../rejection';
import {
  type Grantor,
  type HeldAddress,
  type PortRequest,
  type SubnetDefinition,
  type SubnetEvent,
  type User,
  type VipPurpose,
  definitionOf,
  heldOf,
  portOf,
  purposeOf,
  ruleDefinitionOf,
} from '../events';
import type { Reservation } from '../state/reservation';
import type { SubnetState } from '../state/state';
import type { Rule } from '../state/vip-uses';

/** When a command is decided, and when its caller issued it (epoch milliseconds). */
export interface Moment {
  readonly nowMs: number;
  readonly issuedAtMs: number;
}

export interface HeldReservation extends HeldAddress, PortRequest {
  readonly holder: Holder;
  readonly vip?: VipPurpose & { readonly name: string };
}

/** The reply to the command's caller: what it was about, as it is now (or was, for what was given up). */
export interface SubnetReply {
  readonly definition?: SubnetDefinition;
  readonly reservation?: HeldReservation;
  readonly parent?: { readonly vip: string; readonly port: string; readonly grantor: Grantor };
  readonly user?: { readonly holder: Holder; readonly user?: User };
  /** `backends` is absent where the decision was not about them. */
  readonly rule?: Partial<Rule> & Pick<Rule, 'name' | 'vip'>;
  /** Of `SetLabels`. */
  readonly labels?: Labels;
  /** Of `YieldVipName`: whether the Vip is held here, so that its name was not yielded. */
  readonly vipHeld?: boolean;
}

export type SubnetDecision =
  | { readonly events: readonly SubnetEvent[]; readonly reply: SubnetReply; readonly rejected?: undefined }
  | { readonly rejected: Rejection };

export const accept = (event: SubnetEvent): SubnetDecision => ({ events: [event], reply: replyTo(event) });

export const alreadySo = (reply: SubnetReply): SubnetDecision => ({ events: [], reply });

/** The reply is the event's whole content, so that a command that comes again gets the same reply. */
export function replyTo(event: SubnetEvent): SubnetReply {
  switch (event.type) {
    case 'SubnetDefined':
    case 'SubnetRevised': {
      return { definition: definitionOf(event) };
    }
    case 'SubnetRetired':
    case 'AddressWithheld':
    case 'AddressSettled':
      return {};
    case 'VipNameYielded':
      return { vipHeld: false };
    case 'AddressReserved':
    case 'AddressMoved':
      return { reservation: { holder: event.holder, ...heldOf(event), ...portOf(event) } };
    case 'AddressReleased':
      return { reservation: { holder: event.holder, ...heldOf(event) } };
    case 'VipReserved':
    case 'VipRevised': {
      const vip = { name: event.name, ...purposeOf(event) };
      return { reservation: { holder: vipHolder(event.name), ...heldOf(event), vip } };
    }
    case 'VipReleased':
      return { reservation: { holder: vipHolder(event.name), ...heldOf(event) } };
    case 'UserAttached': {
      const { holder, user, reserved } = event;
      const reservation = reserved && { holder, ...heldOf(reserved), ...portOf(reserved) };
      return { ...(reservation && { reservation }), user: { holder, user } };
    }
    case 'UserDetached':
    case 'ReservationRetained':
    case 'RetentionEnded':
    case 'RetentionSet':
      return { user: { holder: event.holder } };
    case 'ParentGranted':
    case 'ParentWithdrawn':
      return { parent: { vip: event.vip, port: event.port, grantor: event.grantor } };
    case 'RuleDefined':
    case 'RuleRevised':
      return { rule: { name: event.rule, ...ruleDefinitionOf(event) } };
    case 'RuleRetired':
      return { rule: { name: event.rule, vip: event.vip } };
    case 'RuleBackendsChanged':
      return { rule: { name: event.rule, vip: event.vip, backends: event.backends } };
    case 'LabelsSet':
      return { labels: event.labels };
  }
}

export function heldBy(state: SubnetState, reservation: Reservation): HeldAddress {
  return { v4: reservation.v4, v6: reservation.v6, mac: state.macOf(reservation) };
}

export function describe(state: SubnetState, reservation: Reservation): HeldReservation {
  const { holder, vip } = reservation;
  return {
    holder,
    ...heldBy(state, reservation),
    ...portOf(reservation),
    ...(vip && { vip: { name: holderParts(holder).name, ...vip } }),
  };
}
