// What a SwitchLBRule's status should say, made of what the ledger holds. Pure.
import { formatPair, type Rejection, type Rule, type VipEntry } from '@holdfast/ipam';
import type { JsonObject } from '@holdfast/kube-api';
import type { Condition } from '../object/conditions';
import { LEAVING, rejectedCondition, sentences, type DesiredStatus } from '../object/desired-status';

export interface RuleFindings {
  /** What the ledger holds for this object, and the Vip that it is of. */
  readonly held: { readonly rule: Rule; readonly vip: VipEntry | undefined } | undefined;
  /** Of the last event that concerns the rule, as far as it is known. */
  readonly position: string | undefined;
  readonly generation: number | undefined;
  /** Why it is not as the spec asks. */
  readonly rejected?: Rejection;
  /** Why it may not be retired, though its object is being deleted. */
  readonly retained?: Rejection;
  /** The object is being deleted, and only others still hold it. */
  readonly isLeaving?: boolean;
  /** What of the spec is not read. */
  readonly unread?: string;
}

export function ruleStatus(findings: RuleFindings): DesiredStatus {
  const { held, retained } = findings;
  const defined = definedOf(findings);
  const fields: JsonObject = {
    ports: held ? portsText(held.rule) : '',
    vip: held?.rule.vip ?? '',
    observedGeneration: findings.generation ?? null,
    observedPosition: (held && findings.position) ?? null,
  };
  return {
    fields,
    conditions: [
      { ...defined, type: 'Ready' },
      { ...defined, type: 'Defined' },
      ...(retained ? [rejectedCondition('Retired', retained)] : []),
    ],
  };
}

/** `8888/TCP,53/UDP`, as Kube-OVN writes it. */
export function portsText({ ports }: Pick<Rule, 'ports'>): string {
  return ports.map(({ port, protocol }) => `${port}/${protocol.toUpperCase()}`).join(',');
}

function definedOf({ held, rejected, isLeaving, unread }: RuleFindings): Omit<Condition, 'type'> {
  if (rejected) {
    const kept = held ? `It keeps ${portsText(held.rule)} of Vip ${held.rule.vip}.` : '';
    return { status: 'False', reason: rejected.code, message: sentences(rejected.message, kept) };
  }
  if (isLeaving) return { status: 'False', reason: 'Retired', message: LEAVING };
  if (!held) return { status: 'False', reason: 'Pending', message: 'It is not defined yet.' };
  const { rule, vip } = held;
  const where = vip ? `${formatPair(vip.reservation)} (Vip ${rule.vip} of subnet ${vip.subnet.name})` : '';
  const what = `It has ${portsText(rule)} of ${where}.`;
  // Not how many: they come and go, and each write of the status would be one more that nobody needs.
  const behind = rule.backends.length > 0 ? unread : sentences(NO_BACKENDS, unread);
  return { status: 'True', reason: 'Defined', message: sentences(what, behind) };
}

const NO_BACKENDS = 'Nothing is behind it now: connections are refused.';
