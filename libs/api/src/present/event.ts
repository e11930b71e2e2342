// Events as they are told: in a history, and on NATS.
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import {
  type Evidence,
  type SubnetEvent,
  type VipNameEvent,
  type UserEvent,
  type VipUseEvent,
  formatRetention,
  vipHolder,
} from '@holdfast/ipam';
import type { LedgerEventSchema } from '../contract';
import type { EventPlace } from '../subjects';
import { presentAddress, presentHeld } from './address';
import type { FieldsOf } from './encode';
import { presentPort, vipInit } from './reservation';
import { presentLabels } from './label';
import { presentAddresses, presentRule } from './rule';
import { presentDefinition } from './subnet';
import { presentUser } from './use';

/** An event with all that the ledger knows of it. */
export type LedgerFact = {
  readonly eventId: string;
  readonly position: string;
  readonly version: number;
  readonly atMs: number;
  readonly actor: string;
  readonly through: string;
  readonly commandId: string;
  /** Of the stream: the subnet's or Vip's name. */
  readonly id: string;
} & (
  | { readonly category: 'subnet'; readonly event: SubnetEvent }
  | { readonly category: 'vip'; readonly event: VipNameEvent }
);

type EventInit = FieldsOf<typeof LedgerEventSchema>;

export const placeOf = ({ category, id, event }: LedgerFact): EventPlace => ({
  category,
  id,
  type: event.type,
});

export function presentEvent(fact: LedgerFact): EventInit {
  const { eventId, position, version, atMs, actor, through, commandId } = fact;
  return {
    id: eventId,
    position,
    stream: `${fact.category}-${fact.id}`,
    version: BigInt(version),
    time: timestampFromMs(atMs),
    type: fact.event.type,
    actor,
    through,
    commandId,
    ...(fact.category === 'subnet' ? ofSubnet(fact.id, fact.event) : ofVipName(fact.id, fact.event)),
  };
}

function ofSubnet(subnet: string, event: SubnetEvent): EventInit {
  switch (event.type) {
    case 'SubnetDefined':
    case 'SubnetRevised':
      return { subnet, definition: presentDefinition(subnet, event) };
    case 'SubnetRetired':
      return { subnet };
    case 'AddressReserved':
      return { subnet, holder: event.holder, ...presentHeld(event), ...presentPort(event) };
    case 'AddressMoved': {
      const before = presentHeld(event.from);
      return { subnet, holder: event.holder, ...presentHeld(event), ...presentPort(event), before };
    }
    case 'AddressReleased':
      return {
        subnet,
        holder: event.holder,
        ...presentHeld(event),
        reason: event.reason,
        ...presentEvidence(event.evidence),
      };
    case 'VipNameYielded':
      return { subnet, holder: vipHolder(event.name), claim: BigInt(event.claim) };
    case 'VipReserved':
    case 'VipRevised':
    case 'VipReleased':
      return { subnet, holder: vipHolder(event.name), ...presentHeld(event), ...ofVip(subnet, event) };
    case 'UserAttached':
    case 'UserDetached':
    case 'ReservationRetained':
    case 'RetentionEnded':
    case 'RetentionSet':
      return { subnet, holder: event.holder, ...ofUser(event) };
    case 'LabelsSet': {
      const { holder, pool, labels } = event;
      return { subnet, holder, pool, labels: presentLabels(labels) };
    }
    case 'AddressWithheld': {
      const parties = { holders: event.parties.map(({ holder }) => holder) };
      return { subnet, ...presentAddress(event.address), parties, reason: event.because };
    }
    case 'AddressSettled':
      return { subnet, holder: event.holder, ...presentAddress(event.address), reason: event.because };
    case 'ParentGranted':
    case 'ParentWithdrawn':
    case 'RuleDefined':
    case 'RuleRevised':
    case 'RuleRetired':
    case 'RuleBackendsChanged':
      return { subnet, holder: vipHolder(event.vip), ...ofVipUse(subnet, event) };
  }
}

/** The Pod that uses it stands as the evidence, unless there is better. */
function ofUser(event: UserEvent): EventInit {
  const user = 'user' in event ? event.user : undefined;
  const evidence = ('evidence' in event ? event.evidence : undefined) ?? user;
  return {
    ...('reason' in event && { reason: event.reason }),
    ...presentEvidence(evidence),
    ...(event.type === 'UserAttached' && { user: presentUser(event.user, event.isPrimary) }),
    ...(event.type === 'UserDetached' && { user: presentUser(event.user) }),
    ...('retention' in event && event.retention && { retention: formatRetention(event.retention) }),
    ...(event.type === 'ReservationRetained' && presentKept(event)),
  };
}

function presentKept({ untilMs, owner }: UserEvent & { readonly type: 'ReservationRetained' }): EventInit {
  return {
    ...(untilMs !== undefined && { until: timestampFromMs(untilMs) }),
    ...(owner !== undefined && { owner }),
  };
}

function presentEvidence(evidence: Evidence | undefined): EventInit {
  if (!evidence) return {};
  const { object, uid, resourceVersion } = evidence;
  return { evidence: { object, uid, resourceVersion } };
}

function ofVipUse(subnet: string, event: VipUseEvent): EventInit {
  switch (event.type) {
    case 'ParentGranted':
    case 'ParentWithdrawn': {
      const { port, grantor, evidence } = event;
      const reason = event.type === 'ParentWithdrawn' && { reason: event.reason };
      return { port, grantor, ...reason, ...presentEvidence(evidence) };
    }
    case 'RuleDefined':
    case 'RuleRevised':
      return { ruleName: event.rule, rule: presentRule(subnet, event.rule, event) };
    case 'RuleRetired':
      return { ruleName: event.rule, reason: event.reason };
    case 'RuleBackendsChanged':
      return { ruleName: event.rule, backends: { addresses: presentAddresses(event.backends) } };
  }
}

function ofVip(
  subnet: string,
  event: SubnetEvent & { readonly type: `Vip${'Reserved' | 'Revised' | 'Released'}` },
) {
  if (event.type === 'VipReleased') return { reason: event.reason, claim: BigInt(event.claim) };
  const vip = vipInit(event.name, subnet, presentHeld(event), event);
  return event.type === 'VipReserved'
    ? { vip, claim: BigInt(event.claim), ...(event.owner && { vipOwner: { ...event.owner } }) }
    : { vip, before: presentHeld(event.from) };
}

function ofVipName(name: string, event: VipNameEvent): EventInit {
  const subnet = event.type === 'VipNameClaimed' ? event.subnet : '';
  return { subnet, holder: vipHolder(name), claim: BigInt(event.claim) };
}
