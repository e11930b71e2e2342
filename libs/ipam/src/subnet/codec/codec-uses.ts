// The stored form of the events about use: who may answer for a Vip, its rules, and who uses a reservation. For ever,
// like ./codec.
import { formatAddress } from '../../address';
import type { Holder } from '../../holder';
import {
  type Evidence,
  type Grantor,
  type RuleDefinition,
  type RulePort,
  type SubnetEvent,
  type User,
  type UserEvent,
  type VipUseEvent,
  portOf,
} from '../events';
import {
  type StoredHeld,
  readAddress,
  readHeld,
  readRetention,
  writeHeld,
  writeRetention,
} from './stored-values';

interface StoredRule {
  readonly rule: string;
  readonly vip: string;
  readonly ports: RulePort[];
  readonly namespace?: string;
  readonly selector: string[];
  readonly endpoints: string[];
  readonly affinity: RuleDefinition['affinity'];
  readonly healthCheck: boolean;
  readonly rejectWhenEmpty: boolean;
  readonly note?: string;
}

interface StoredGrant {
  readonly vip: string;
  readonly port: string;
  readonly grantor: Grantor;
  readonly reason: string;
  readonly evidence?: Evidence;
}

/** What any of these events may have. */
export type StoredUse = StoredGrant &
  StoredRule &
  StoredHeld & {
    portSecurity: boolean;
    holder: Holder;
    backends: string[];
    user: User;
    isPrimary: boolean;
    retention: string;
    untilMs: number;
    owner: Holder;
  };

export const USE_DECODERS = {
  'ParentGranted.v1': ({ vip, port, grantor, evidence }) => ({
    type: 'ParentGranted',
    vip,
    port,
    grantor,
    evidence,
  }),
  'ParentWithdrawn.v1': ({ vip, port, grantor, reason, evidence }) => ({
    type: 'ParentWithdrawn',
    vip,
    port,
    grantor,
    reason,
    evidence,
  }),
  'RuleDefined.v1': (fields) => ({ type: 'RuleDefined', rule: fields.rule, ...readRule(fields) }),
  'RuleRevised.v1': (fields) => ({ type: 'RuleRevised', rule: fields.rule, ...readRule(fields) }),
  'RuleRetired.v1': ({ rule, vip, reason }) => ({ type: 'RuleRetired', rule, vip, reason }),
  'RuleBackendsChanged.v1': ({ rule, vip, backends }) => ({
    type: 'RuleBackendsChanged',
    rule,
    vip,
    backends: backends.map(readAddress),
  }),
  'UserAttached.v1': ({ holder, user, isPrimary }) => ({ type: 'UserAttached', holder, user, isPrimary }),
  'UserAttached.v2': ({ holder, user, isPrimary, reason, evidence, ...reserved }) => ({
    ...{ type: 'UserAttached', holder, user, isPrimary },
    ...(reason !== undefined && { reason }),
    ...(evidence && { evidence }),
    ...(reserved.mac !== undefined && { reserved: { ...readHeld(reserved), ...portOf(reserved) } }),
  }),
  'UserDetached.v1': ({ holder, user, reason, evidence }) => ({
    type: 'UserDetached',
    holder,
    user,
    reason,
    evidence,
  }),
  'ReservationRetained.v1': ({ holder, retention, untilMs, owner, reason, evidence }) => ({
    type: 'ReservationRetained',
    holder,
    retention: readRetention(retention),
    untilMs,
    owner,
    reason,
    evidence,
  }),
  'RetentionEnded.v1': ({ holder, reason, evidence }) => ({
    type: 'RetentionEnded',
    holder,
    reason,
    evidence,
  }),
  'RetentionSet.v1': ({ holder, retention }) => ({
    type: 'RetentionSet',
    holder,
    retention: retention === undefined ? undefined : readRetention(retention),
  }),
} satisfies Record<string, (fields: StoredUse) => SubnetEvent>;

export function useFields(event: VipUseEvent | UserEvent): object {
  switch (event.type) {
    case 'ParentGranted':
      return { vip: event.vip, port: event.port, grantor: event.grantor, evidence: event.evidence };
    case 'ParentWithdrawn': {
      const { vip, port, grantor, reason, evidence } = event;
      return { vip, port, grantor, reason, evidence };
    }
    case 'RuleDefined':
    case 'RuleRevised':
      return { rule: event.rule, ...writeRule(event) };
    case 'RuleRetired':
      return { rule: event.rule, vip: event.vip, reason: event.reason };
    case 'RuleBackendsChanged':
      return { rule: event.rule, vip: event.vip, backends: event.backends.map(formatAddress) };
    case 'UserAttached': {
      const { holder, user, isPrimary, reserved, reason, evidence } = event;
      const held = reserved && { ...writeHeld(reserved), ...portOf(reserved) };
      return { holder, user, isPrimary, ...held, reason, evidence };
    }
    case 'UserDetached': {
      const { holder, user, reason, evidence } = event;
      return { holder, user, reason, evidence };
    }
    case 'ReservationRetained': {
      const { holder, retention, untilMs, owner, reason, evidence } = event;
      return { holder, retention: writeRetention(retention), untilMs, owner, reason, evidence };
    }
    case 'RetentionEnded':
      return { holder: event.holder, reason: event.reason, evidence: event.evidence };
    case 'RetentionSet':
      return { holder: event.holder, retention: event.retention && writeRetention(event.retention) };
  }
}

function writeRule(definition: RuleDefinition): Omit<StoredRule, 'rule'> {
  const { vip, ports, namespace, selector, endpoints, affinity, healthCheck, rejectWhenEmpty, note } =
    definition;
  return {
    vip,
    ports: ports.map(({ name, port, targetPort, protocol }) => ({ name, port, targetPort, protocol })),
    namespace,
    selector: [...selector],
    endpoints: endpoints.map(formatAddress),
    affinity,
    healthCheck,
    rejectWhenEmpty,
    note,
  };
}

function readRule(stored: StoredRule): RuleDefinition {
  const { vip, ports, namespace, selector, endpoints, affinity, healthCheck, rejectWhenEmpty, note } = stored;
  return {
    vip,
    ports,
    namespace,
    selector,
    endpoints: endpoints.map(readAddress),
    affinity,
    healthCheck,
    rejectWhenEmpty,
    note,
  };
}
