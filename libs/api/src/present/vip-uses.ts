// What a Vip is used for, and how it is, as messages: what GetVip tells beside the Vip itself.
import { type VipEntry, formatPair } from '@holdfast/ipam';
import type { ConditionSchema, GetVipResponseSchema } from '../contract';
import type { FieldsOf } from './encode';

type ConditionInit = FieldsOf<typeof ConditionSchema>;

/** What is known of the Vip's rows in the Northbound, by whoever writes them. */
export interface VipCondition {
  readonly projected: boolean;
  readonly reason: string;
  readonly message: string;
}

/** @param projection absent: nobody in this server writes rows, or has not yet looked at this Vip's */
export function presentVipUses(
  entry: VipEntry,
  projection: VipCondition | undefined,
): Pick<FieldsOf<typeof GetVipResponseSchema>, 'parents' | 'rules' | 'conditions'> {
  const { uses } = entry.subnet;
  const parents = uses.parents(entry.name);
  const rules = [...uses.rulesOf(entry.name)].sort();
  return {
    parents: parents.map(({ port, grantors }) => ({ port, grantors: [...grantors] })),
    rules,
    conditions: [reserved(entry), projected(projection), inUse(parents.length, rules.length)],
  };
}

function reserved({ subnet, reservation }: VipEntry): ConditionInit {
  const message = `${formatPair(reservation)} is reserved in subnet ${subnet.name}.`;
  return { type: 'Reserved', status: 'True', reason: 'Reserved', message };
}

function projected(known: VipCondition | undefined): ConditionInit {
  if (!known) {
    const message =
      'This server does not know: it writes no rows, or has not yet compared those of this Vip.';
    return { type: 'Projected', status: 'Unknown', reason: 'NotKnown', message };
  }
  const { reason, message } = known;
  return { type: 'Projected', status: known.projected ? 'True' : 'False', reason, message };
}

function inUse(parents: number, rules: number): ConditionInit {
  const type = 'InUse';
  if (parents > 0)
    return {
      type,
      status: 'True',
      reason: 'HasParents',
      message: `${count(parents, 'port')} may answer for it.`,
    };
  if (rules > 0)
    return {
      type,
      status: 'True',
      reason: 'HasRules',
      message: `${count(rules, 'rule')} spread its fronts.`,
    };
  return {
    type,
    status: 'False',
    reason: 'Unused',
    message: 'It has no parent, and no rule has a front of it.',
  };
}

const count = (of: number, what: string): string => `${of} ${what}${of === 1 ? '' : 's'}`;
